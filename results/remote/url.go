package remote

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// CheckURL refuses a base URL that is none, or that holds what may be a secret:
// base URLs are kept in the record.
func CheckURL(base string) error {
	u, err := url.Parse(base)
	switch {
	case err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "":
		if strings.Contains(base, "@") {
			return errors.New("base_url: want a URL such as http://localhost:8000/v1, without a user")
		}
		return fmt.Errorf("base_url %q: want a URL such as http://localhost:8000/v1", base)
	case u.User != nil:
		return errors.New("base_url: holds a user or password; name the key's variable in api_key_env")
	case strings.ContainsAny(base, "?#"):
		return errors.New("base_url: holds a query or a fragment; keys come from the variable that api_key_env names")
	}
	return nil
}
