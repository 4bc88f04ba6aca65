//go:build collector

package spans_test

import (
	"bufio"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/bench/internal/spans"
)

var withCollector = flag.String("collector", "", "program of testdata/collector: the OpenTelemetry Collector's receiver (make collector-test)")

// The Collector's own receiver takes the spans, whole.
func TestCollectorTakesSpans(t *testing.T) {
	if *withCollector == "" {
		t.Fatal("make collector-test gives the collector")
	}
	cmd := exec.Command(*withCollector)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	if !lines.Scan() {
		t.Fatal("the collector gives no address")
	}
	address := lines.Text()
	tracer, err := spans.Open(func(name string) string { return map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": address}[name] }, "v1", func(err error) { t.Error(err) })
	if err != nil {
		t.Fatal(err)
	}
	played(tracer)
	if err := tracer.Close(); err != nil {
		t.Fatal(err)
	}
	if err := stdin.Close(); err != nil {
		t.Fatal(err)
	}
	var names []string
	for lines.Scan() {
		var span struct {
			Name, Trace, Parent string
			Attributes          map[string]any
		}
		if err := json.Unmarshal(lines.Bytes(), &span); err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		names = append(names, span.Name)
		if strings.HasPrefix(span.Name, "chat") && (span.Attributes["gen_ai.operation.name"] != "chat" || span.Parent == "") {
			t.Errorf("call %+v", span)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if len(names) != 7 {
		t.Errorf("the collector has %q", names)
	}
}
