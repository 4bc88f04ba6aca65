package remote

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

var (
	variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,99}$`)
	// keyForm are the beginnings of services' keys, and long mixtures of letters and
	// digits without an order.
	keyForm    = regexp.MustCompile(`^(sk|pk|rk|hf|gsk|xai|ghp|gho|github_pat|glpat|nvapi|pplx|AIza|AKIA|eyJ)[_-]?[A-Za-z0-9_]{12,}$`)
	lower      = regexp.MustCompile(`[a-z]`)
	upper      = regexp.MustCompile(`[A-Z]`)
	headerName = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}$") // a token of RFC 9110
	digits     = regexp.MustCompile(`[0-9].*[0-9].*[0-9]`)
)

// CheckVariable refuses what is no name of an environment variable, such as a key that
// was written in its place. The error does not repeat it.
func CheckVariable(field, name string) error {
	mixed := len(name) >= 20 && lower.MatchString(name) && digits.MatchString(name) && (upper.MatchString(name) || !strings.Contains(name, "_"))
	if name == "" || variable.MatchString(name) && !keyForm.MatchString(name) && !mixed {
		return nil
	}
	return fmt.Errorf("%s: want the name of the environment variable that holds the key, such as MY_API_KEY; what is there is not shown, since it may be the key itself", field)
}

// CheckHeader refuses a header that cannot be sent. The error shows no value.
func CheckHeader(name, value string) error {
	switch {
	case !headerName.MatchString(name):
		return errors.New("headers: a name holds a space or another sign that no header's name may have")
	case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
		return fmt.Errorf("headers.%s: the value holds a line break or another sign that no header may have", name)
	}
	return nil
}
