package remote

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/results/cut"
)

// CheckURL refuses a base URL that is none, or that holds what may be a secret:
// base URLs are kept in the record.
func CheckURL(base string) error {
	u, err := url.Parse(base)
	port := 0
	if err == nil && u.Port() != "" {
		port, _ = strconv.Atoi(u.Port()) // digits; 0 is refused
	}
	switch {
	case err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "":
		if strings.Contains(base, "@") {
			return errors.New("base_url: want a URL such as http://localhost:8000/v1, without a user")
		}
		if parsed := (*url.Error)(nil); errors.As(err, &parsed) { // its text repeats the address
			err = parsed.Err
		}
		if err != nil {
			return fmt.Errorf("base_url: %w; want a URL such as http://localhost:8000/v1", err)
		}
		return fmt.Errorf("base_url: %q is no http or https address; want a URL such as http://localhost:8000/v1", cut.Runes(base, 100, "..."))
	case u.User != nil:
		return errors.New("base_url: holds a user or password; name the key's variable in api_key_env")
	case u.Hostname() == "" || strings.HasSuffix(u.Host, ":") || u.Port() != "" && (port < 1 || port > 65535):
		return errors.New("base_url: the host or its port is none; ports are 1 to 65535")
	case strings.ContainsAny(base, "?#"):
		return errors.New("base_url: holds a query or a fragment; keys come from the variable that api_key_env names")
	}
	return nil
}
