package live

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/autodatabench/autodatabench/results/disk"
)

// announcement is a file beside the user's caches, by which other programs of the user
// find the pages of a folder of experiments. The folder itself is only read.
type announcement struct {
	Out     string `json:"out"` // whole path of the folder of experiments
	Address string `json:"address"`
}

// Announce writes into cache that the pages of out are served at the address, until
// withdraw is called.
func Announce(cache, out, address string) (withdraw func(), err error) {
	path, full, err := place(cache, out)
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(announcement{full, address})
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	if err := disk.WriteFile(path, data); err != nil {
		return nil, err
	}
	return func() {
		if now, err := os.ReadFile(path); err == nil && bytes.Equal(now, data) { // no later server's
			_ = os.Remove(path) // a file that is left names an address where nobody listens
		}
	}, nil
}

// Served is the address at which the pages of out are served, as far as cache says so
// and somebody listens there.
func Served(ctx context.Context, cache, out string) (address string, ok bool) {
	path, full, err := place(cache, out)
	if err != nil {
		return "", false
	}
	data, err := os.ReadFile(path)
	var a announcement
	if err != nil || json.Unmarshal(data, &a) != nil || a.Out != full {
		return "", false
	}
	u, err := url.Parse(a.Address)
	if err != nil {
		return "", false
	}
	dialer := net.Dialer{Timeout: 300 * time.Millisecond}
	conn, err := dialer.DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return "", false
	}
	_ = conn.Close() // nothing was written
	return a.Address, true
}

func place(cache, out string) (path, full string, err error) {
	if cache == "" {
		return "", "", fmt.Errorf("pages of %s: there is no folder for caches: neither XDG_CACHE_HOME nor HOME is set", out)
	}
	if full, err = filepath.Abs(out); err != nil {
		return "", "", err
	}
	return filepath.Join(cache, "serving", disk.Digest([]byte(full))+".json"), full, nil
}
