package child

import (
	"slices"
	"testing"
)

func TestEnvHasNoSecrets(t *testing.T) {
	got := Env([]string{"PATH=/bin", "OPENAI_API_KEY=a", "hf_token=b", "MY_OWN=c", "GOOGLE_APPLICATION_CREDENTIALS=d", "HOME=/root", "LANG=C"}, "MY_OWN", "")
	if want := []string{"PATH=/bin", "HOME=/root", "LANG=C"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
