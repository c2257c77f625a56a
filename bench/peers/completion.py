"""What peers say of the rows that `cargo xtask bench learn` writes: LightGBM, logistic regression, an MLP,
river's online regression, and LightGBM that is told the traits behind each person (what could be known).

Reads learn-ROWS.csv, judged.csv and latents.csv of a folder, writes peer-NAME-ROWS.csv: one chance for
each row of judged.csv, in its order; and curve-NAME-ROWS.csv: the chances of being done within 1, 3, 7 and 14
days. Seeds are fixed; every peer stops or is tuned on the part "check".
"""

import sys
from pathlib import Path

import lightgbm
import numpy
import pandas
from river import linear_model, optim, preprocessing
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

FIRST_FEATURE = 11
SEED = 7
HORIZONS_H = (24.0, 72.0, 168.0, 336.0)


def features(table):
    return table.iloc[:, FIRST_FEATURE:].to_numpy(dtype=numpy.float64)


def answered(table):
    return table[table["answer"].notna()]


def boosted(learn, check, judged):
    """Early stopping on the part "check", over a few sizes of trees; the best by log loss there."""
    best = None
    for leaves in (7, 15, 31):
        model = lightgbm.LGBMClassifier(
            n_estimators=3000,
            learning_rate=0.03,
            num_leaves=leaves,
            min_child_samples=30,
            subsample=0.8,
            subsample_freq=1,
            colsample_bytree=0.6,
            reg_lambda=5.0,
            random_state=SEED,
            n_jobs=1,
            deterministic=True,
            verbose=-1,
        )
        model.fit(
            learn[0],
            learn[1],
            eval_X=check[0],
            eval_y=check[1],
            eval_metric="binary_logloss",
            callbacks=[lightgbm.early_stopping(100, verbose=False)],
        )
        loss = model.best_score_["valid_0"]["binary_logloss"]
        if best is None or loss < best[0]:
            best = (loss, model)
    return best[1].predict_proba(judged)[:, 1]


def logistic(learn, check, judged):
    best = None
    for c in (0.003, 0.01, 0.03, 0.1, 0.3, 1.0):
        model = make_pipeline(StandardScaler(), LogisticRegression(C=c, max_iter=2000))
        model.fit(*learn)
        p = numpy.clip(model.predict_proba(check[0])[:, 1], 1e-9, 1 - 1e-9)
        loss = -numpy.mean(numpy.where(check[1] == 1, numpy.log(p), numpy.log(1 - p)))
        if best is None or loss < best[0]:
            best = (loss, model)
    return best[1].predict_proba(judged)[:, 1]


def perceptron(learn, judged):
    model = make_pipeline(
        StandardScaler(),
        MLPClassifier((64, 32), alpha=1e-2, early_stopping=True, n_iter_no_change=5, random_state=SEED),
    )
    model.fit(*learn)
    return model.predict_proba(judged)[:, 1]


def online(learn, judged):
    """Learns from every row once, in the order of their moments, and no more: the rows that are judged are
    only asked of."""
    model = preprocessing.StandardScaler() | linear_model.LogisticRegression(optimizer=optim.SGD(0.01), l2=1e-3)
    for x, y in zip(learn[0], learn[1]):
        model.learn_one(dict(enumerate(x)), bool(y))
    chances = (model.predict_proba_one(dict(enumerate(x))) for x in judged)
    return numpy.array([chance.get(True, 0.5) for chance in chances])


def done_within(table, hours):
    """Rows whose hours were over when the record ended, and whether they were done by then: what ended early is left
    out with what is still open."""
    moments = pandas.to_datetime(table["at"])
    ends = moments + pandas.to_timedelta(table["after_h"], unit="h")
    over = moments + pandas.Timedelta(hours=hours) <= ends.max()
    done = (table["ending"] == "done") & (table["after_h"] <= hours)
    return table[over], done[over].astype(int)


def curves(table, asked, fit):
    """Chances at each horizon, each from a model of its own."""
    columns = []
    for hours in HORIZONS_H:
        pairs = []
        for part in ("learn", "check"):
            rows, answer = done_within(table[table["part"] == part], hours)
            pairs.append((features(rows), answer.to_numpy()))
        columns.append(fit(*pairs, asked))
    # more time is no less chance
    return numpy.maximum.accumulate(numpy.stack(columns, axis=1), axis=1)


def with_latents(table, latents):
    """Features, and the traits of whose row it is."""
    return numpy.hstack([features(table), latents.loc[table["person"]].to_numpy()])


def main(folder, counts):
    judged = pandas.read_csv(folder / "judged.csv", low_memory=False)
    latents = pandas.read_csv(folder / "latents.csv", header=None, index_col=0)
    for count in counts:
        table = pandas.read_csv(folder / f"learn-{count}.csv", low_memory=False)
        asked = features(judged)
        for name, fit in (("LightGBM", boosted), ("logistic (sklearn)", logistic)):
            chances = curves(table, asked, fit)
            numpy.savetxt(folder / f"curve-{name}-{count}.csv", chances, fmt="%.9g", delimiter=",")
        table = answered(table).sort_values("at", kind="stable")
        learn, check = (table[table["part"] == part] for part in ("learn", "check"))
        pairs = [(features(part), part["answer"].to_numpy()) for part in (learn, check)]
        hidden = [(with_latents(part, latents), part["answer"].to_numpy()) for part in (learn, check)]
        said = {
            "LightGBM": boosted(*pairs, asked),
            "logistic (sklearn)": logistic(*pairs, asked),
            "MLP (sklearn)": perceptron(pairs[0], asked),
            "river": online(pairs[0], asked),
            "LightGBM told the traits": boosted(*hidden, with_latents(judged, latents)),
        }
        for name, chances in said.items():
            numpy.savetxt(folder / f"peer-{name}-{count}.csv", chances, fmt="%.9g")
        print(f"{count} rows: {', '.join(said)}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(count) for count in sys.argv[2:]])
