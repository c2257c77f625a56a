"""How fast peers train and answer with the net of crates/astro-models/src/completion/net.rs: the same shape, loss, rows,
batch and step rule. One thread; pin the process to one core. Reads learn-ROWS.csv as `astro-lab learn` writes it.

    speed.py torch|jax|onnx FOLDER ROWS
"""

import sys
import time
from pathlib import Path

import numpy
import pandas

FIRST_FEATURE = 11
BINS, SLOTS, BATCH, PASSES, CANDIDATES = 24, 9, 1024, 7, 200
ENDS = numpy.array([24.0 * day for day in range(1, 15)] + [336.0 + 168.0 * week for week in range(1, 11)])
BEGINS = numpy.concatenate([[0.0], ENDS[:-1]])
QUANTILES = [0.1, 0.5, 0.9]
WIDTHS = [(96, 64), (64, 32), (32, 2 * (BINS + SLOTS) + 3)]


def slot(wanted):
    """As `bins::slot`: where each bin lies against when the task is wanted."""
    until, since = wanted[:, None] - ENDS, BEGINS - wanted[:, None]
    slots = numpy.full(until.shape, 5)
    for value, bound in ((4, 0.0), (3, 24.0), (2, 72.0), (1, 168.0)):
        slots[until >= bound] = value
    past = since > 0
    slots[past] = 8
    slots[past & (since <= 72)] = 7
    slots[past & (since <= 24)] = 6
    slots[numpy.isnan(wanted)] = 0
    return slots


def hours(signed_log):
    return numpy.copysign(numpy.expm1(numpy.abs(signed_log)), signed_log)


def read(folder, count):
    table = pandas.read_csv(folder / f"learn-{count}.csv", low_memory=False)
    table = table[table["part"] == "learn"]
    x = table.iloc[:, FIRST_FEATURE:].to_numpy(dtype=numpy.float32)
    spread = x.std(axis=0)
    x = numpy.clip((x - x.mean(axis=0)) / numpy.where(spread > 1e-4, spread, numpy.inf), -6, 6).astype(numpy.float32)
    due = numpy.where(table["has_due"] > 0.5, hours(table["due_in"]), numpy.nan)
    deadline = numpy.where(table["has_deadline"] > 0.5, hours(table["deadline_in"]), numpy.nan)
    slots = slot(numpy.fmin(due, deadline)).astype(numpy.int64)
    after, ending = table["after_h"].to_numpy(), table["ending"].fillna("").to_numpy()
    opened = numpy.searchsorted(ENDS, after, side="right")
    bins = numpy.arange(BINS)[None, :]
    here = (bins == opened[:, None]) & (opened < BINS)[:, None]
    done, dropped = (here & (ending == way)[:, None] for way in ("done", "dropped"))
    at_risk = (bins < opened[:, None]) | done | dropped
    minutes = table["minutes"].to_numpy()
    known = ~numpy.isnan(minutes)
    log_minutes = numpy.where(known, numpy.log(numpy.where(known, minutes, 1.0)), 0.0)
    floats = [numpy.ascontiguousarray(array, dtype=numpy.float32) for array in (at_risk, done, dropped)]
    return [x, slots, *floats, log_minutes[:, None].astype(numpy.float32), known[:, None].astype(numpy.float32)]


def report(rows, times):
    print(f"training: {rows / sorted(times[1:])[len(times[1:]) // 2]:.0f} rows a second", flush=True)


def answered(what, once, count):
    took = []
    for _ in range(count):
        begun = time.perf_counter()
        once()
        took.append((time.perf_counter() - begun) * 1e6)
    took.sort()
    print(f"{what}: p50 {took[count // 2]:.1f} us, p99 {took[count * 99 // 100]:.1f} us", flush=True)


def torch_net():
    import torch

    torch.set_num_threads(1)

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = torch.nn.ModuleList(torch.nn.Linear(*width) for width in WIDTHS)

        def forward(self, x, slots):
            x = torch.relu(self.layers[0](x))
            x = torch.relu(self.layers[1](x))
            out = self.layers[2](x)
            done = out[:, :BINS] + out[:, 2 * BINS : 2 * BINS + SLOTS].gather(1, slots)
            dropped = out[:, BINS : 2 * BINS] + out[:, 2 * BINS + SLOTS : 2 * (BINS + SLOTS)].gather(1, slots)
            middle, low, high = out[:, -3:-2], out[:, -2:-1], out[:, -1:]
            soft = torch.nn.functional.softplus
            return done, dropped, torch.cat([middle - soft(low), middle, middle + soft(high)], 1)

    return torch, Net()


def train_torch(data):
    torch, net = torch_net()
    step = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=1e-2)
    tensors = [torch.from_numpy(array) for array in data]
    quantiles = torch.tensor([QUANTILES])
    times = []
    for _ in range(PASSES):
        begun = time.perf_counter()
        for places in torch.randperm(len(data[0])).split(BATCH):
            x, slots, at_risk, done, dropped, minutes, known = (tensor[places] for tensor in tensors)
            said_done, said_dropped, said_minutes = net(x, slots)
            said_done, said_dropped = said_done.clamp(-30, 30), said_dropped.clamp(-30, 30)
            every = (said_done.exp() + said_dropped.exp() + 1).log()
            fates = (at_risk * every - done * said_done - dropped * said_dropped).sum(1).mean()
            off = minutes - said_minutes
            pinball = torch.relu(off) * quantiles + torch.relu(-off) * (1 - quantiles)
            loss = fates + 0.25 * (pinball * known).sum() / known.sum().clamp(min=1)
            step.zero_grad()
            loss.backward()
            step.step()
        times.append(time.perf_counter() - begun)
    report(len(data[0]), times)
    x, slots = tensors[0][:CANDIDATES], tensors[1][:CANDIDATES]
    with torch.inference_mode():
        answered("net, 200 rows", lambda: [part.numpy() for part in net(x, slots)], 2000)


def train_jax(data):
    import jax
    import jax.numpy as jnp

    random = numpy.random.default_rng(7)
    params = []
    for inputs, outputs in WIDTHS:
        bound = inputs**-0.5
        shapes = ((inputs, outputs), (outputs,))
        params.append(tuple(random.uniform(-bound, bound, shape).astype(numpy.float32) for shape in shapes))
    quantiles = jnp.array([QUANTILES])

    def forward(params, x, slots):
        x = jax.nn.relu(x @ params[0][0] + params[0][1])
        x = jax.nn.relu(x @ params[1][0] + params[1][1])
        out = x @ params[2][0] + params[2][1]
        take = jnp.take_along_axis
        done = out[:, :BINS] + take(out[:, 2 * BINS : 2 * BINS + SLOTS], slots, 1)
        dropped = out[:, BINS : 2 * BINS] + take(out[:, 2 * BINS + SLOTS : 2 * (BINS + SLOTS)], slots, 1)
        middle, low, high = out[:, -3:-2], out[:, -2:-1], out[:, -1:]
        return done, dropped, jnp.concatenate([middle - jax.nn.softplus(low), middle, middle + jax.nn.softplus(high)], 1)

    def loss(params, batch):
        x, slots, at_risk, done, dropped, minutes, known = batch
        said_done, said_dropped, said_minutes = forward(params, x, slots)
        said_done, said_dropped = jnp.clip(said_done, -30, 30), jnp.clip(said_dropped, -30, 30)
        every = jnp.log(jnp.exp(said_done) + jnp.exp(said_dropped) + 1)
        fates = (at_risk * every - done * said_done - dropped * said_dropped).sum(1).mean()
        off = minutes - said_minutes
        pinball = jax.nn.relu(off) * quantiles + jax.nn.relu(-off) * (1 - quantiles)
        return fates + 0.25 * (pinball * known).sum() / jnp.maximum(known.sum(), 1)

    @jax.jit
    def step(params, first, second, count, batch):
        grads = jax.grad(loss)(params, batch)
        tree = jax.tree.map
        first = tree(lambda m, g: 0.9 * m + 0.1 * g, first, grads)
        second = tree(lambda v, g: 0.999 * v + 0.001 * g * g, second, grads)
        scale = jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)

        def move(p, m, v):
            return p * (1 - 2e-3 * 1e-2) - 2e-3 * scale * m / (jnp.sqrt(v) + 1e-8)

        return tree(move, params, first, second), first, second

    zeros = jax.tree.map(numpy.zeros_like, params)
    first, second, count, times = zeros, zeros, 0, []
    for _ in range(PASSES):
        begun = time.perf_counter()
        order = random.permutation(len(data[0]))
        # whole batches: another shape would be compiled anew
        for start in range(0, len(order) - BATCH + 1, BATCH):
            places = order[start : start + BATCH]
            count += 1
            params, first, second = step(params, first, second, float(count), [array[places] for array in data])
        jax.block_until_ready(params)
        times.append(time.perf_counter() - begun)
    report(len(data[0]) // BATCH * BATCH, times)


def answer_onnx(data, folder):
    torch, net = torch_net()
    import onnxruntime

    x, slots = data[0][:CANDIDATES], data[1][:CANDIDATES]
    path = str(folder / "net.onnx")
    example = (torch.from_numpy(x), torch.from_numpy(slots))
    names = {"input_names": ["x", "slots"], "output_names": ["done", "dropped", "minutes"]}
    torch.onnx.export(net, example, path, dynamo=False, **names)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    answered("net, 200 rows", lambda: session.run(None, {"x": x, "slots": slots}), 2000)


if __name__ == "__main__":
    what, folder, count = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    data = read(folder, count)
    {"torch": train_torch, "jax": train_jax, "onnx": lambda data: answer_onnx(data, folder)}[what](data)
