// Package agents holds what turns the record of a trial into the next step:
// the two workflows as pure state machines ([Next]), the [Agent] contract and
// the extraction of plan and code from a reply ([Extract]).
//
// It is not for running anything: no clock, no files, no network. Prompts are
// in agents/prompt, model clients in agents/chat, scripted engineers in
// agents/reference and definition files in agents/definitions.
//
// An attempt is one reply and what follows from it. Within an attempt:
//
//	| the attempt                     | next step                              |
//	|---------------------------------|----------------------------------------|
//	| is open                         | ask                                    |
//	| has a reply with code           | execute                                |
//	| has a reply without code        | over, failed                           |
//	| executed with a failure         | over, failed                           |
//	| executed without one            | check                                  |
//	| left no valid submission        | over, failed                           |
//	| left a valid one, one-shot      | finish: valid submission               |
//	| left a valid one, iterative     | train, then evaluate, then over, valid |
//
// Every step but check needs run time: once that is gone, an attempt ends as it
// stands and the trial finishes. Between attempts:
//
//	| state                                            | next             |
//	|--------------------------------------------------|------------------|
//	| the workflow's attempts are used up              | finish: attempts |
//	| no run time is left                              | finish: time     |
//	| no teacher call is left                          | finish: teacher  |
//	| the agent's tokens, cost or time are used up     | finish: that     |
//	| one-shot, or no attempt yet                      | draft            |
//	| iterative, valid                                 | improve          |
//	| iterative, failed, after three failed tries of   |                  |
//	| debug and repair in a row                        | draft            |
//	| iterative, ran and left an invalid submission    | repair           |
//	| iterative, any other failure                     | debug            |
package agents
