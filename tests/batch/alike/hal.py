import numpy as np


def compute_softmax(matrix):
    biggest = matrix.max(axis=1, keepdims=True)
    exponentials = np.exp(matrix - biggest)
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def two_layer_loss(params, x, y):
    W1, W2 = params["W1"], params["W2"]
    first = np.add(np.matmul(x, W1), params["b1"])
    second = np.maximum(first, np.zeros_like(first))
    third = np.add(np.matmul(second, W2), params["b2"])
    probabilities = compute_softmax(third)
    shifted = third - third.max(axis=1, keepdims=True)
    per_row = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(y)), y]
    loss = per_row.mean()

    delta3 = np.array(probabilities)
    for i, label in enumerate(y):
        delta3[i][label] -= 1.0
    delta3 = np.divide(delta3, x.shape[0])
    delta2 = np.matmul(delta3, np.transpose(W2))
    delta1 = np.multiply(delta2, (first > 0).astype(float))
    return loss, {
        "W2": np.matmul(np.transpose(second), delta3),
        "W1": np.matmul(np.transpose(x), delta1),
        "b2": np.sum(delta3, axis=0),
        "b1": np.sum(delta1, axis=0),
    }


def numerical_gradient(f, x):
    small = 1e-5
    answer = np.zeros_like(x)
    for where in np.ndindex(answer.shape):
        nudged = x.copy()
        nudged[where] = nudged[where] + small
        plus = f(nudged)
        nudged = x.copy()
        nudged[where] = nudged[where] - small
        minus = f(nudged)
        answer[where] = (plus - minus) / (small * 2)
    return answer
