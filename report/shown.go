package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results"
)

// shownAs is an agent, in one experiment or, where that is empty, in all.
type shownAs struct{ experiment, agent string }

// shown is how agents are shown.
type shown map[shownAs]string

func (s shown) of(experiment, agent string) string {
	if name, own := s[shownAs{experiment, agent}]; own {
		return name
	}
	return s[shownAs{agent: agent}]
}

// shown is how the outcomes' agents are shown.
func (opts Options) shown(outcomes []results.Outcome) shown {
	names := shown{}
	for _, o := range outcomes {
		names[shownAs{agent: o.Agent}] = opts.Names[o.Agent]
		if title := opts.Titles[o.Experiment][o.Agent]; title != "" {
			names[shownAs{o.Experiment, o.Agent}] = title
		}
	}
	names.tellApart()
	return names
}

// displayNames maps agents to the names shown.
func displayNames(agents []string, given map[string]string) map[string]string {
	names := shown{}
	for _, agent := range agents {
		names[shownAs{agent: agent}] = given[agent]
	}
	names.tellApart()
	list := map[string]string{}
	for _, agent := range agents {
		list[agent] = names.of("", agent)
	}
	return list
}

// tellApart makes names fit to be shown; an agent without one has its own. A name that two
// agents share, or that is another agent's own, is followed by the agent, so that none
// passes for another.
func (s shown) tellApart() {
	users := map[string]map[string]bool{}
	claim := func(name, agent string) {
		name = strings.ToLower(name)
		if users[name] == nil {
			users[name] = map[string]bool{}
		}
		users[name][agent] = true
	}
	for as, name := range s {
		s[as] = table.Plain(cmp.Or(name, as.agent))
		claim(s[as], as.agent)
		claim(as.agent, as.agent)
	}
	for as, name := range s {
		if len(users[strings.ToLower(name)]) > 1 && name != as.agent {
			s[as] = fmt.Sprintf("%s (%s)", name, as.agent)
		}
	}
}
