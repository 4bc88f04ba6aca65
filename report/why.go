package report

import "strings"

// noInterval says why no row of the group has an interval, the same wherever it is
// asked: on the board, by compare and by power. It is empty where a row has one.
func (g Group) noInterval() string {
	switch {
	case g.noStudy != nil:
		return g.noStudy.Error()
	case g.study == nil:
		return "no row has a final score and the answers or counts that it rests on"
	}
	reasons, seen := []string{}, map[string]bool{}
	for _, why := range g.study.Obstacles() {
		if why == "" {
			return ""
		}
		if !seen[why] {
			reasons = append(reasons, why)
		}
		seen[why] = true
	}
	return strings.Join(reasons, "; ")
}
