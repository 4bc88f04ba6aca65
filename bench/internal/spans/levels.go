package spans

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.41.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/autodatabench/autodatabench/bench/internal/follow"
)

// own begins the names of attributes that no convention has.
const own = "autodatabench."

// trial begins or ends the span of a trial, the first of its trace.
func (t *Tracer) trial(e follow.Event, at *open, d follow.TrialData) {
	if e.State == follow.Started {
		at = &open{}
		at.ctx, at.trial = t.start(context.Background(), "trial", e,
			attribute.String(own+"experiment", e.Experiment), attribute.String(own+"domain", string(e.Trial.Domain)),
			attribute.String(own+"workflow", string(e.Trial.Workflow)), attribute.String(own+"setting", string(e.Trial.Setting)),
			attribute.Int(own+"run", e.Trial.Run), semconv.GenAIAgentName(e.Trial.Agent),
			attribute.String(own+"teacher", d.Teacher), attribute.String(own+"student", d.Student), attribute.Bool(own+"simulated", d.Simulated))
		at.inAttempt, at.inStep = at.ctx, at.ctx
		t.trials[*e.Trial] = at
		return
	}
	if at == nil { // a score that was there before
		return
	}
	delete(t.trials, *e.Trial)
	at.trial.SetAttributes(attribute.Int(own+"attempts", d.Attempts), attribute.Int(own+"valid_attempts", d.Valid), attribute.Int(own+"teacher_calls", d.TeacherCalls),
		attribute.Float64(own+"run_time_seconds", d.RunTime), attribute.String(own+"end", string(d.End)))
	if d.Cost != nil {
		at.trial.SetAttributes(attribute.Float64(own+"agent_cost_usd", *d.Cost))
	}
	if d.Fault != "" {
		failed(at.trial, d.Fault)
	}
	at.trial.End(trace.WithTimestamp(e.Time))
}

// attempt begins or ends the span of an attempt or of its step.
func (t *Tracer) attempt(e follow.Event, at *open, d follow.AttemptData) {
	about := []attribute.KeyValue{attribute.Int(own+"attempt", d.Attempt)}
	if d.Operation != "" {
		about = append(about, attribute.String(own+"operation", string(d.Operation)))
	}
	switch e.State {
	case follow.Started:
		at.inAttempt, at.attempt = t.start(at.ctx, "attempt", e, about...)
	case follow.StepStarted:
		at.inStep, at.step = t.start(at.inAttempt, d.Step, e, about...)
	case follow.StepEnded:
		end(at.step, e, d)
		at.step, at.inStep = nil, at.inAttempt
	case follow.Ended:
		end(at.attempt, e, d)
		at.attempt, at.inAttempt, at.inStep = nil, at.ctx, at.ctx
	}
}

// end ends the span of an attempt or a step, if there is one.
func end(span trace.Span, e follow.Event, d follow.AttemptData) {
	if span == nil {
		return
	}
	if d.Valid != nil {
		span.SetAttributes(attribute.Bool(own+"valid", *d.Valid), attribute.Int(own+"rows", d.Rows), attribute.Int(own+"kept", d.Kept))
	}
	if d.Loss != nil {
		span.SetAttributes(attribute.Float64(own+"loss", *d.Loss), attribute.Int(own+"updates", d.Updates))
	}
	if d.Failure != "" {
		failed(span, d.Failure)
	}
	span.End(trace.WithTimestamp(e.Time))
}

// failed marks a span as failed of what the word says.
func failed(span trace.Span, what string) {
	span.SetStatus(codes.Error, what)
	span.SetAttributes(semconv.ErrorTypeKey.String(what))
}

// providers are the names of the conventions where they differ from ours.
var providers = map[string]string{"gemini": "gcp.gemini"}

// call makes the span of a call, which is told of when it has ended.
func (t *Tracer) call(e follow.Event, at *open, d follow.CallData) {
	provider := d.Provider
	if name := providers[provider]; name != "" {
		provider = name
	}
	name := "chat"
	if d.Model != "" {
		name += " " + d.Model
	}
	begin := e.Time.Add(-time.Duration(d.Seconds * float64(time.Second)))
	_, span := t.tracer.Start(at.inStep, name, trace.WithTimestamp(begin), trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
		semconv.GenAIOperationNameChat, semconv.GenAIProviderNameKey.String(provider), semconv.GenAIRequestModel(d.Model),
		semconv.GenAIUsageInputTokens(int(d.Input)), semconv.GenAIUsageOutputTokens(int(d.Output)),
		attribute.String(own+"call.of", d.Of), attribute.Int(own+"calls", d.Calls), attribute.String(own+"outcome", d.Outcome)))
	if d.Finish != "" {
		span.SetAttributes(semconv.GenAIResponseFinishReasons(d.Finish))
	}
	if d.Cost != nil {
		span.SetAttributes(attribute.Float64(own+"cost_usd", *d.Cost))
	}
	if d.Status != 0 {
		span.SetAttributes(semconv.HTTPResponseStatusCode(d.Status))
	}
	if d.Outcome != "answered" {
		failed(span, d.Outcome)
	}
	span.End(trace.WithTimestamp(e.Time))
}

// score puts a score on the attempt's span, or on the trial's.
func score(e follow.Event, at *open, d follow.ScoreData) {
	span := at.trial
	if d.Of == "attempt" && at.attempt != nil {
		span = at.attempt
	}
	span.SetAttributes(attribute.Float64(own+d.Set+"_accuracy", d.Accuracy))
	if d.Base != nil {
		span.SetAttributes(attribute.Float64(own+d.Set+"_base_accuracy", *d.Base))
	}
	span.AddEvent("gen_ai.evaluation.result", trace.WithTimestamp(e.Time), trace.WithAttributes(
		semconv.GenAIEvaluationName(d.Set+" accuracy"), semconv.GenAIEvaluationScoreValue(d.Accuracy)))
}
