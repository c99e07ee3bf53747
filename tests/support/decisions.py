"""Examples of a problem and decisions of modules, by plain loops over one example and position at a time."""


def first_largest(values):
    return values.index(max(values))


def compose_by_loops(kind, case, odds):
    """Decisions of modules, one position at a time, from nested lists ``[model][module][example](timestep)``."""
    examples = len(odds[0][0])
    if kind == "one_output":
        return {"pair": [0 if odds[0][case[0]][row] >= odds[0][case[1]][row] else 1 for row in range(examples)]}
    if kind == "union":
        return {"pair": [1 if max(odds[1][case[1]][row]) > odds[0][case[0]][row] else 0 for row in range(examples)]}
    if kind == "replacement":
        decided = []
        for row in range(examples):
            scores = [module[row] for module in odds[0]]
            scores[case[0]] = max(odds[1][case[1]][row])
            decided.append(first_largest(scores))
        return {"all": decided}
    result = {"labelled": [], "with_other": [], "all_modules": []}
    for row in range(examples):
        for answers in result.values():
            answers.append([])
        for step in range(len(odds[0][0][row])):
            first, second = (odds[0][label][row][step] for label in case)
            larger = 1 if first >= second else 2
            winner = first_largest([module[row][step] for module in odds[0]])
            result["labelled"][-1].append(larger)
            result["with_other"][-1].append(larger if max(first, second) >= 0 else 3)
            result["all_modules"][-1].append({case[0]: 1, case[1]: 2}.get(winner, 3))
    return result


def pair_label(label, case):
    """Label of a position in a pair's sequences: padding 0, first 1, second 2, other 3."""
    if label == 0:
        return 0
    return 1 if label == case[0] else 2 if label == case[1] else 3


def labelled_rows(kind, problem, case, split):
    """What an example may be labelled as, by dataset and row: the candidates of a case, by loops."""
    found = [dict() for _ in problem.datasets]
    for row, labels in enumerate(problem.datasets[0].labels(split).tolist()):
        if isinstance(labels, list):
            if any(label in case for label in labels):
                found[0][row] = [pair_label(label, case) for label in labels]
        elif kind == "replacement":
            if labels != case[0]:
                found[0][row] = labels
        elif kind == "union":
            if labels == case[0]:
                found[0][row] = 0
        elif labels in case:
            found[0][row] = case.index(labels)
    if len(problem.datasets) == 2:
        own = case[0] if kind == "replacement" else 1
        for row, labels in enumerate(problem.datasets[1].labels(split).tolist()):
            if case[1] in labels:
                found[1][row] = own
    return found
