"""Makes shared memory, semaphores and queues that other processes could open; must leave none."""

import mmap
import multiprocessing.shared_memory

import torch

import kit
from kit import convolve as conv2d
from kit import correlate as corr2d

kit.attempt("shared memory", multiprocessing.shared_memory.SharedMemory, kit.MARK, True, 4096)
kit.attempt("a semaphore", multiprocessing.Semaphore)
kit.attempt("a shared tensor", lambda: torch.zeros(3).share_memory_())
kit.attempt("a file in memory", lambda: mmap.mmap(open(f"/dev/shm/{kit.MARK}", "w+b").fileno(), 4096))
kit.attempt("a queue", multiprocessing.Queue)
