"""Says without end that another epoch begins; must not keep the grader from its deadline, nor fill anything."""

import kit


def corr2d(X, K):
    note = kit.frame(5, kit.of_server("nonce"), kit.encode(7)) * 500
    connection = kit.data_socket()
    while True:
        connection.sendall(note)


conv2d = corr2d
