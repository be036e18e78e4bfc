import numpy


def two_layer_loss(params, x, y):
    w1 = params["W1"]
    w2 = params["W2"]
    hidden = numpy.matmul(x, w1)
    hidden = hidden + params["b1"]
    mask = hidden > 0
    hidden = numpy.where(mask, hidden, 0.0)
    out = numpy.matmul(hidden, w2) + params["b2"]

    total = 0.0
    d_out = numpy.zeros_like(out)
    for row in range(len(x)):
        s = out[row] - numpy.max(out[row])
        log_sum = numpy.log(numpy.sum(numpy.exp(s)))
        total += log_sum - s[y[row]]
        d_out[row] = numpy.exp(s - log_sum)
        d_out[row, y[row]] -= 1
    total = total / len(x)
    d_out = d_out / len(x)

    d_hidden = numpy.where(mask, numpy.matmul(d_out, w2.transpose()), 0.0)
    gradients = dict(
        W1=numpy.matmul(x.transpose(), d_hidden),
        b1=numpy.sum(d_hidden, 0),
        W2=numpy.matmul(hidden.transpose(), d_out),
        b2=numpy.sum(d_out, 0),
    )
    return total, gradients


def numerical_gradient(f, x):
    result = numpy.zeros(x.shape)
    work = numpy.array(x)
    flat_work = work.reshape(-1)
    flat_result = result.reshape(-1)
    flat_x = numpy.array(x).reshape(-1)
    for k in range(flat_work.size):
        flat_work[k] = flat_x[k] + 0.00001
        right = f(work)
        flat_work[k] = flat_x[k] - 0.00001
        left = f(work)
        flat_work[k] = flat_x[k]
        flat_result[k] = (right - left) / 0.00002
    return result
