"""Prints how many GFLOP/s numpy's BLAS, which is OpenBLAS, makes on one core of the product
that BenchmarkMatmul times: 140 tokens through a layer of 384 by 128."""

import time

import numpy

tokens, inputs, outputs, times = 140, 128, 384, 20_000
x = numpy.random.rand(tokens, inputs).astype("float32")
w = numpy.random.rand(outputs, inputs).astype("float32")
y = numpy.empty((tokens, outputs), "float32")
begin = time.perf_counter()
for _ in range(times):
    numpy.matmul(x, w.T, out=y)
print(2 * tokens * inputs * outputs * times / (time.perf_counter() - begin) / 1e9)
