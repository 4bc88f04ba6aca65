package figure

import (
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
)

// TestCutKeepsBothEnds: what tells an agent's rows apart stands at the end.
func TestCutKeepsBothEnds(t *testing.T) {
	var setter typesetter
	sty := style(sizeSmall)
	long := strings.Repeat("deepseek-v3.1-", 6) + ", iterative, scratch"
	for _, width := range []vg.Length{60, 120, 200} {
		got := setter.cut(sty, long, width)
		if setter.width(sty, got) > width || !strings.HasPrefix(got, "deep") || strings.Count(got, ellipsis) != 1 || !strings.HasSuffix(got, "ch") {
			t.Errorf("%v points: %q", width, got)
		}
	}
	if got := setter.cut(sty, long, 1_000); got != long {
		t.Errorf("%q was cut without need", got)
	}
	if got := setter.cut(sty, long, 1); got != ellipsis {
		t.Errorf("nothing fits, and there is %q", got)
	}
}
