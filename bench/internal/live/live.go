// Package live serves the pages of report/site over experiments that may be running,
// and tells open pages what is new.
//
// It is read-only: it answers GET and HEAD, and changes no file. It is made for one
// machine or a small group. On a loopback address it answers requests that name that
// address, so that no page of another host can read it through the browser. On others
// it asks for a token.
//
// The folders are read when somebody asks, and not more often than a small share of
// the time: however many pages are open, one reader serves them all. The package is
// not for drawing pages and not for running anything.
package live

import (
	"context"
	"crypto/subtle"
	"errors"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/autodatabench/autodatabench/bench/internal/progress"
	"github.com/autodatabench/autodatabench/report/site"
)

// Server serves pages. Its fields are not changed once it serves.
type Server struct {
	// Gather reads what the pages show. With a source, the error says what is left out.
	Gather func(context.Context) (*site.Source, error)
	// Running reads how far each experiment is that a program works on.
	Running func(context.Context) ([]Running, error)
	// Hosts are the names that a request may use for this server, without ports.
	Hosts []string
	// Token must come with the first request of a browser; empty for none.
	Token string
	Now   func() time.Time

	mu   sync.Mutex
	site *site.Site
	next time.Time // before which the folders are not read again

	feed feed
}

// Running is an experiment that a program works on.
type Running struct {
	progress.Snapshot
	Folder string            // of its pages' trials
	Logs   map[string]string // the end of running trials' last log, by the trial's path
}

// cookie holds the token in a browser.
const cookie = "autodatabench"

// Handler answers requests until ctx ends.
func (s *Server) Handler(ctx context.Context) http.Handler {
	s.feed.init(ctx, s)
	mux := http.NewServeMux()
	mux.HandleFunc("/events", s.feed.serve)
	mux.HandleFunc("/", s.page)
	return s.guard(mux)
}

// guard refuses writes, names of other hosts and requests without the token.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		switch {
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "these pages can only be read", http.StatusMethodNotAllowed)
		case !s.named(r.Host) || !s.sameOrigin(r):
			http.Error(w, "this server does not answer to that name; see autodatabench serve --help", http.StatusForbidden)
		case s.Token != "" && !s.admitted(w, r):
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// named reports whether the server has the host's name.
func (s *Server) named(hostPort string) bool {
	host := hostPort
	if h, _, err := net.SplitHostPort(hostPort); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	for _, known := range s.Hosts {
		if strings.EqualFold(host, known) {
			return true
		}
	}
	_, err := netip.ParseAddr(host) // a name of another host is no address
	return s.Token != "" && err == nil
}

func (s *Server) sameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host == r.Host
}

// admitted looks for the token, in the cookie or in the address. One from an address
// goes into a cookie, and the address is asked for again without it.
func (s *Server) admitted(w http.ResponseWriter, r *http.Request) bool {
	if c, err := r.Cookie(cookie); err == nil && s.isToken(c.Value) {
		return true
	}
	if !s.isToken(r.URL.Query().Get("token")) {
		http.Error(w, "the address needs ?token=..., as autodatabench serve prints it", http.StatusUnauthorized)
		return false
	}
	http.SetCookie(w, &http.Cookie{Name: cookie, Value: s.Token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	http.Redirect(w, r, path.Clean("/"+r.URL.Path), http.StatusSeeOther)
	return false
}

func (s *Server) isToken(given string) bool {
	return subtle.ConstantTimeCompare([]byte(given), []byte(s.Token)) == 1
}

// page answers with a page of the site.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	address := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	if address == "" || address == "." {
		address = "index.html"
	}
	pages, err := s.current(r.Context())
	if err != nil {
		http.Error(w, "the experiments cannot be read: "+err.Error(), http.StatusInternalServerError)
		return
	}
	page, err := s.make(r.Context(), pages, address)
	if errors.Is(err, fs.ErrNotExist) {
		http.Error(w, "there is no such page", http.StatusNotFound)
		return
	}
	if err != nil {
		http.Error(w, "the page cannot be made: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(address)))
	_, _ = w.Write(page) // a reader who went away
}

func (s *Server) make(ctx context.Context, pages *site.Site, address string) ([]byte, error) {
	if address != Address {
		return pages.Page(ctx, address)
	}
	shown, err := s.fragment(ctx)
	if err != nil {
		return nil, err
	}
	return pages.Wrap(Address, "Running experiments", "live", shown)
}

// share is how many times as long as it took to read the folders they are not read
// again.
const share = 50

// current is the site, read again if that is due.
func (s *Server) current(ctx context.Context) (*site.Site, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	begin := s.Now()
	if s.site != nil && begin.Before(s.next) {
		return s.site, nil
	}
	source, err := s.Gather(ctx)
	if source == nil {
		return nil, err
	}
	source.Live = true
	s.site = site.New(*source)
	took := s.Now().Sub(begin)
	s.next = s.Now().Add(max(2*time.Second, share*took))
	return s.site, nil
}
