package gateway

import (
	"net"
	"sync"
)

// limitListener accepts no more connections than open has room for; others wait
// in the kernel's queue. It keeps hostile code from using up the platform's
// open files.
type limitListener struct {
	net.Listener
	open chan struct{}
}

// Accept waits for room and then for a connection. Room appears when a
// connection closes, which the server's timeouts see to.
func (l *limitListener) Accept() (net.Conn, error) {
	l.open <- struct{}{}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.open
		return nil, err
	}
	return &limitedConn{Conn: c, release: sync.OnceFunc(func() { <-l.open })}, nil
}

type limitedConn struct {
	net.Conn
	release func()
}

func (c *limitedConn) Close() error {
	defer c.release()
	return c.Conn.Close()
}
