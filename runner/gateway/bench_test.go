package gateway

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

// BenchmarkCalls measures whole calls over the unix socket with 16 clients: two
// durable writes each, shared by group commit.
func BenchmarkCalls(b *testing.B) {
	const clients = 16
	g := open(b, b.TempDir(), testSpec(1<<30, 1<<30, clients), &echo{})
	c := serve(b, g, 1)
	var next atomic.Int64
	b.ResetTimer()
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				if r := c.ask(fmt.Sprint("prompt ", i), 0); r.Status != 200 {
					b.Errorf("status %d", r.Status)
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}
