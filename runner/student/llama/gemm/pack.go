package gemm

// packA copies rows of the transposed A into panels, one for each tile: panel i is
// [k, rows of the tile].
func (p product) packA(s *set, w *workspace, row, rows int) {
	w.a = grown(w.a, rows*p.k)
	for at, n := 0, 0; at < rows; at += n {
		n = s.split(rows - at)
		copyRows(w.a[at*p.k:][:n*p.k], n, p.a.data[row+at:], p.a.ld, n)
	}
}

// packedSize is the length of so many columns of B as strips.
func (p product) packedSize(s *set, columns int) int {
	wide := 2 * s.lanes
	return (columns + wide - 1) / wide * wide * p.k
}

// packB copies columns of B into strips, each [k, its width]. Strips that are read
// where they lie are left out.
func (p product) packB(s *set, strips []float32, column, columns int) {
	for at := 0; at < columns; at += 2 * s.lanes {
		width := s.width(columns - at)
		n := min(width, columns-at)
		to := strips[at*p.k:][:width*p.k]
		if n < width {
			clear(to)
		}
		switch {
		case p.b.transposed:
			p.transposeInto(s, to, width, column+at, n)
		case n < width:
			copyRows(to, width, p.b.data[column+at:], p.b.ld, n)
		case !p.direct(s):
			s.copies[width/s.lanes-1](p.k, &p.b.data[column+at], p.b.ld, &to[0])
		}
	}
}

// transposeInto writes n rows of B from row on as columns of to.
func (p product) transposeInto(s *set, to []float32, width, row, n int) {
	blocks, whole := p.k/8, n/8*8
	for i := 0; i < whole && blocks > 0; i += 8 {
		s.transpose(blocks, &p.b.data[(row+i)*p.b.ld], p.b.ld, &to[i], width)
	}
	for i := range n {
		from := 0
		if i < whole {
			from = blocks * 8
		}
		for j, v := range p.b.data[(row+i)*p.b.ld:][from:p.k] {
			to[(from+j)*width+i] = v
		}
	}
}

// copyRows copies n elements of each row of from, ld apart, to rows of to, width
// apart.
func copyRows(to []float32, width int, from []float32, ld, n int) {
	rows := len(to) / width
	for p := range rows {
		x, y := to[p*width:], from[p*ld:]
		switch n { // full tiles' panels: moves of registers
		case 6:
			*(*[4]float32)(x), *(*[2]float32)(x[4:]) = [4]float32(y), [2]float32(y[4:])
		case 12:
			*(*[8]float32)(x), *(*[4]float32)(x[8:]) = [8]float32(y), [4]float32(y[8:])
		default:
			copy(x[:n], y)
		}
	}
}
