// Package spans sends what an experiment does to an OpenTelemetry collector: a trace
// for each trial, with spans for attempts, steps and calls to models.
//
// A [Tracer] is a [follow.Sink]: spans hold what events hold, and so no prompt, no
// answer, no item and no key. Calls follow the semantic conventions for generative AI.
// The standard variables say where spans go, of which OTEL_EXPORTER_OTLP_ENDPOINT
// turns them on. bench/doc/events.md describes the spans.
//
// No collector holds the experiment up: spans that it does not take are dropped.
package spans

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.41.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/autodatabench/autodatabench/bench/internal/follow"
	"github.com/autodatabench/autodatabench/results"
)

// Variables of OpenTelemetry that the package reads; its library reads others, such as
// OTEL_EXPORTER_OTLP_HEADERS and OTEL_RESOURCE_ATTRIBUTES.
const (
	endpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT"
	tracesVariable   = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
)

// Times and sizes.
const (
	patience  = 5 * time.Second // of a collector that does not answer
	waiting   = 1 << 16         // spans; more are dropped
	batch     = 512
	batchTime = time.Second
)

// Tracer makes spans of events.
type Tracer struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
	trials   map[results.TrialID]*open
}

// open is a trial under way, with the span of each level; nil for none.
type open struct {
	trial, attempt, step trace.Span
	ctx, inAttempt       context.Context
	inStep               context.Context
}

// Open makes a tracer that sends to the collector that the environment names; nil
// where it names none. warn is told once of a collector that does not take spans.
func Open(getenv func(string) string, version string, warn func(error)) (*Tracer, error) {
	endpoint, err := endpointOf(getenv)
	if endpoint == "" || err != nil {
		return nil, err
	}
	ctx := context.Background()
	exporter, err := otlptracehttp.New(ctx,
		otlptracehttp.WithEndpointURL(endpoint), otlptracehttp.WithTimeout(patience), otlptracehttp.WithRetry(otlptracehttp.RetryConfig{
			Enabled: true, InitialInterval: time.Second, MaxInterval: patience, MaxElapsedTime: 2 * patience,
		}))
	if err != nil {
		return nil, results.Bad(fmt.Errorf("%s: %w", endpointVariable, err))
	}
	about, err := resource.New(ctx, resource.WithTelemetrySDK(),
		resource.WithAttributes(semconv.ServiceName("autodatabench"), semconv.ServiceVersion(version)), resource.WithFromEnv())
	if err != nil && !errors.Is(err, resource.ErrPartialResource) {
		return nil, results.Bad(fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: %w", err))
	}
	provider := sdk.NewTracerProvider(sdk.WithResource(about), sdk.WithBatcher(&warning{SpanExporter: exporter, warn: warn},
		sdk.WithMaxQueueSize(waiting), sdk.WithMaxExportBatchSize(batch), sdk.WithBatchTimeout(batchTime)))
	return &Tracer{
		provider: provider, trials: map[results.TrialID]*open{},
		tracer: provider.Tracer("autodatabench", trace.WithInstrumentationVersion(version), trace.WithSchemaURL(semconv.SchemaURL)),
	}, nil
}

// endpointOf is the address that spans are sent to; empty where they are off.
func endpointOf(getenv func(string) string) (string, error) {
	if strings.EqualFold(getenv("OTEL_SDK_DISABLED"), "true") || getenv("OTEL_TRACES_EXPORTER") == "none" {
		return "", nil
	}
	name, endpoint := tracesVariable, getenv(tracesVariable)
	if endpoint == "" {
		if name, endpoint = endpointVariable, getenv(endpointVariable); endpoint == "" {
			return "", nil
		}
		endpoint = strings.TrimSuffix(endpoint, "/") + "/v1/traces"
	}
	if u, err := url.Parse(endpoint); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", results.Bad(fmt.Errorf("%s: want an address as http://localhost:4318", name), "unset "+name+" to run without spans")
	}
	protocol := cmp.Or(getenv("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"), getenv("OTEL_EXPORTER_OTLP_PROTOCOL"))
	if protocol != "" && protocol != "http/protobuf" {
		return "", results.Bad(fmt.Errorf("OTEL_EXPORTER_OTLP_PROTOCOL: %q is not spoken here, but http/protobuf", protocol), "collectors listen for it on port 4318")
	}
	return endpoint, nil
}

// warning is an exporter whose first error is told, and whose others are not.
type warning struct {
	sdk.SpanExporter
	warn func(error)
	once sync.Once
}

// ExportSpans sends the spans, or drops them.
func (w *warning) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	if err := w.SpanExporter.ExportSpans(ctx, spans); err != nil {
		w.once.Do(func() { w.warn(fmt.Errorf("the collector of spans takes none: %w", err)) })
	}
	return nil
}

// Close sends what is left, for a while.
func (t *Tracer) Close() error {
	ctx, end := context.WithTimeout(context.Background(), patience)
	defer end()
	if err := t.provider.Shutdown(ctx); err != nil {
		return fmt.Errorf("send the last spans: %w", err)
	}
	return nil
}

// Take makes the event's spans.
func (t *Tracer) Take(e follow.Event) {
	if e.Trial == nil {
		return
	}
	at := t.trials[*e.Trial]
	switch d := e.Data.(type) {
	case follow.TrialData:
		t.trial(e, at, d)
	case follow.AttemptData:
		if at != nil {
			t.attempt(e, at, d)
		}
	case follow.CallData:
		if at != nil {
			t.call(e, at, d)
		}
	case follow.ScoreData:
		if at != nil {
			score(e, at, d)
		}
	}
}

// start begins a span below ctx's.
func (t *Tracer) start(ctx context.Context, name string, e follow.Event, attributes ...attribute.KeyValue) (context.Context, trace.Span) {
	return t.tracer.Start(ctx, name, trace.WithTimestamp(e.Time), trace.WithAttributes(attributes...))
}
