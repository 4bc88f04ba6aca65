package gemm

import "sync"

// Blocks keep what is read again in a cache: of A in the second level, of B in the
// last. Their sizes are in elements.
const (
	blockA = 1 << 15
	blockB = 1 << 17
)

// workspace is the scratch of one product.
type workspace struct {
	a, b []float32
	c    [12 * 32]float32 // the largest tile, where it reaches beyond C
}

var workspaces = sync.Pool{New: func() any { return new(workspace) }}

func grown(s []float32, n int) []float32 {
	if n > len(s) {
		return make([]float32, n+n/4)
	}
	return s
}

// strip is some columns of B, laid out for a tile of width columns: row p is at
// data[p*step:].
type strip struct {
	data                   []float32
	step                   int
	column, columns, width int // columns < width in the last one of B
}

// blocks computes the product block after block.
func (p product) blocks(s *set) {
	w := workspaces.Get().(*workspace)
	defer workspaces.Put(w)
	wide := 2 * s.lanes
	width := max(blockB/p.k/wide, 1) * wide
	height := max(blockA/p.k/s.rows(), 1) * s.rows()
	for column := 0; column < p.n; column += width {
		columns := min(width, p.n-column)
		if p.packed == nil {
			w.b = grown(w.b, p.packedSize(s, columns))
			p.packB(s, w.b, column, columns)
		}
		for row := 0; row < p.m; row += height {
			rows := min(height, p.m-row)
			if p.a.transposed {
				p.packA(s, w, row, rows)
			}
			for at := 0; at < columns; at += wide {
				p.column(s, w, p.strip(s, w, column, at, columns-at), row, rows)
			}
		}
	}
}

// direct says that full strips of B are read where they lie: so few rows do not pay
// for a copy.
func (p product) direct(s *set) bool { return !p.b.transposed && p.m <= 2*s.rows() }

// strip is the strip of the block's columns from at on, of which there are left.
func (p product) strip(s *set, w *workspace, column, at, left int) strip {
	width := s.width(left)
	t := strip{step: width, column: column + at, columns: min(width, left), width: width}
	switch {
	case p.packed != nil:
		t.data = p.packed[t.column*p.k:]
	case t.columns == width && p.direct(s):
		t.data, t.step = p.b.data[t.column:], p.b.ld
	default:
		t.data = w.b[at*p.k:]
	}
	return t
}

// width is that of the strip for so many columns that are left.
func (s *set) width(left int) int {
	if left > s.lanes {
		return 2 * s.lanes
	}
	return s.lanes
}

// split is the height of the next tile for so many rows that are left. The last two
// tiles are about equal, since low ones are no faster.
func (s *set) split(left int) int {
	most := s.rows()
	if left > most && left < 2*most {
		return (left + 1) / 2
	}
	return min(left, most)
}

// column computes the rows of a block in the columns of a strip.
func (p product) column(s *set, w *workspace, b strip, row, rows int) {
	tiles := s.tiles[b.width/s.lanes-1]
	for at, n := 0, 0; at < rows; at += n {
		n = s.split(rows - at)
		a, aRow, aStep := p.a.data, p.a.ld, 1
		if p.a.transposed {
			a, aRow, aStep = w.a[at*p.k:], 1, n
		} else {
			a = a[(row+at)*p.a.ld:]
		}
		c := p.c[(row+at)*p.ldc+b.column:]
		if b.columns == b.width {
			tiles[n-1](p.k, &a[0], aRow, aStep, &b.data[0], b.step, &c[0], p.ldc, p.alpha, p.add)
			continue
		}
		if p.add {
			for i := range n {
				copy(w.c[i*b.width:][:b.columns], c[i*p.ldc:])
			}
		}
		tiles[n-1](p.k, &a[0], aRow, aStep, &b.data[0], b.step, &w.c[0], b.width, p.alpha, p.add)
		for i := range n {
			copy(c[i*p.ldc:][:b.columns], w.c[i*b.width:])
		}
	}
}
