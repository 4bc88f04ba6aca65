// Command collector is the OTLP receiver of the OpenTelemetry Collector. It prints each
// span that it takes as a line of JSON. Its first line is its address. It ends with
// its standard input.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"time"

	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/receiver/otlpreceiver"
	"go.opentelemetry.io/collector/receiver/receivertest"
)

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	address, err := free()
	if err != nil {
		return err
	}
	factory := otlpreceiver.NewFactory()
	config := factory.CreateDefaultConfig()
	words := confmap.NewFromStringMap(map[string]any{"protocols": map[string]any{"http": map[string]any{"endpoint": address}}})
	if err := words.Unmarshal(config); err != nil {
		return err
	}
	printer, err := consumer.NewTraces(print)
	if err != nil {
		return err
	}
	receiver, err := factory.CreateTraces(ctx, receivertest.NewNopSettings(factory.Type()), config, printer)
	if err != nil {
		return err
	}
	if err := receiver.Start(ctx, componenttest.NewNopHost()); err != nil {
		return err
	}
	fmt.Println("http://" + address)
	_, _ = io.Copy(io.Discard, os.Stdin)
	ctx, end := context.WithTimeout(ctx, 5*time.Second)
	defer end()
	return receiver.Shutdown(ctx)
}

// free is an address of this machine that nobody listens on.
func free() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func print(_ context.Context, traces ptrace.Traces) error {
	out := json.NewEncoder(os.Stdout)
	for _, resource := range traces.ResourceSpans().All() {
		for _, scope := range resource.ScopeSpans().All() {
			for _, span := range scope.Spans().All() {
				if err := out.Encode(map[string]any{
					"name": span.Name(), "trace": span.TraceID().String(), "span": span.SpanID().String(), "parent": span.ParentSpanID().String(),
					"kind": span.Kind().String(), "attributes": span.Attributes().AsRaw(), "resource": resource.Resource().Attributes().AsRaw(),
				}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
