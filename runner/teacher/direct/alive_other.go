//go:build !unix

package direct

import "net"

// alive believes in the connection: there is no way to ask.
func alive(net.Conn) bool { return true }
