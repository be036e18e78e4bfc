import numpy as np


def two_layer_loss(params, x, y):
    """Forward pass, then the chain rule from the end."""
    num_train = len(x)
    layer1 = x @ params["W1"] + params["b1"]
    layer1_relu = np.maximum(layer1, 0)
    scores = layer1_relu @ params["W2"] + params["b2"]

    # numerically stable softmax
    stable = scores - np.max(scores, axis=1).reshape(num_train, 1)
    exps = np.exp(stable)
    sums = exps.sum(axis=1)
    picked = stable[np.arange(num_train), y]
    loss = np.mean(np.log(sums) - picked)

    dscores = exps / sums[:, np.newaxis]
    dscores[np.arange(num_train), y] -= 1
    dscores = dscores / num_train

    dW2 = np.dot(layer1_relu.T, dscores)
    db2 = dscores.sum(axis=0)
    dlayer1 = np.dot(dscores, params["W2"].T)
    dlayer1 = dlayer1 * (layer1 > 0)
    dW1 = np.dot(x.T, dlayer1)
    db1 = dlayer1.sum(axis=0)

    return loss, {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}


def numerical_gradient(f, x):
    grad = np.zeros(x.shape)
    for ix in np.ndindex(x.shape):
        oldval = x[ix]
        x[ix] = oldval + 1e-5
        fxph = f(x)
        x[ix] = oldval - 1e-5
        fxmh = f(x)
        x[ix] = oldval
        grad[ix] = (fxph - fxmh) / (2 * 1e-5)
    return grad
