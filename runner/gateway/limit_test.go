package gateway

import (
	"net"
	"path/filepath"
	"testing"
)

func TestLimitListener(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	inner, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	l := &limitListener{Listener: inner, open: make(chan struct{}, 2)}
	var accepted []net.Conn
	for range 2 {
		client, err := net.Dial("unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		accepted = append(accepted, c)
	}
	if len(l.open) != 2 {
		t.Errorf("%d of 2 places are taken", len(l.open))
	}
	accepted[0].Close()
	accepted[0].Close() // the server closes more than once
	if len(l.open) != 1 {
		t.Errorf("%d of 2 places are taken after one connection closed", len(l.open))
	}
	l.Close()
	if _, err := l.Accept(); err == nil || len(l.open) != 1 {
		t.Errorf("closed listener: %v, %d places taken", err, len(l.open))
	}
}
