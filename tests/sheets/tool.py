"""What a reviewer does to a workbook, done by openpyxl, which also is a second reader of our files.

tool.py fill IN OUT             rates every row, the way people write
tool.py shuffle IN OUT          sorts the rows, moves the columns, renames the heads, hides a row
tool.py visible IN OUT          sorts the columns that can be seen, and leaves the hidden ones as they are
tool.py damage IN OUT           a row twice, an edited text, values that mean nothing
tool.py merge IN OUT            rates the first three rows by cells that are merged over them
tool.py paste IN OUT            another reviewer's name in the hidden sheet
tool.py read FILE               opens a workbook and prints its sheets as JSON
"""
import json
import random
import sys
from copy import copy

import openpyxl


def rows_sheet(book):
    for sheet in book.worksheets:
        for row in range(1, 11):
            if any(cell.value == "row_key" for cell in sheet[row]):
                return sheet, row
    raise SystemExit("no sheet with a row of keys")


def columns(sheet, keys):
    return {cell.value: cell.column for cell in sheet[keys] if cell.value}


def rated(sheet, keys):
    at = columns(sheet, keys)
    for row in range(keys + 2, sheet.max_row + 1):
        if sheet.cell(row, at["row_key"]).value:
            yield row, at


def fill(book):
    sheet, keys = rows_sheet(book)
    forms = [lambda n: n, str, lambda n: f"{n}점", lambda n: chr(0xFF10 + n), lambda n: f"{n}.0"]
    for number, (row, at) in enumerate(rated(sheet, keys)):
        letters = [key[2:] for key in at if key.startswith("s.")]
        best = (None, 0)
        for place, letter in enumerate(letters):
            if sheet.cell(row, at["a." + letter]).value is None:
                continue
            score = (number * 7 + place * 3) % 5 + 1
            sheet.cell(row, at["s." + letter]).value = forms[(number + place) % 5](score)
            if score > best[1]:
                best = (letter, score)
        words = [best[0], best[0].lower(), "비슷함", "판단 불가", f"답변 {best[0]}"]
        sheet.cell(row, at["pref"]).value = words[number % 5]
        if number % 3 == 0:
            sheet.cell(row, at["note"]).value = f"의견 {number}: \"따옴표\", 쉼표\n둘째 줄"
        sheet.cell(row, at["done"]).value = "○"


def shuffle(book):
    sheet, keys = rows_sheet(book)
    lines = [[cell.value for cell in sheet[row]] for row in range(keys, sheet.max_row + 1)]
    heads, rows = lines[:2], lines[2:]
    chance = random.Random(5)
    chance.shuffle(rows)
    order = list(range(len(heads[0])))
    chance.shuffle(order)
    heads[1] = [f"열 {at}" for at in range(len(order))]
    sheet.auto_filter.ref = None
    sheet.data_validations.dataValidation = []
    for down, line in enumerate(heads + rows):
        for across, source in enumerate(order):
            sheet.cell(keys + down, across + 1).value = line[source]
    sheet.row_dimensions[keys + 4].hidden = True


def visible(book):
    sheet, keys = rows_sheet(book)
    first = columns(sheet, keys)["no"]
    area = [
        [sheet.cell(row, column).value for column in range(first, sheet.max_column + 1)]
        for row in range(keys + 2, sheet.max_row + 1)
    ]
    random.Random(7).shuffle(area)
    for down, line in enumerate(area):
        for across, value in enumerate(line):
            sheet.cell(keys + 2 + down, first + across).value = value


def damage(book):
    sheet, keys = rows_sheet(book)
    (first, at), (second, _), (third, _), (fourth, _) = list(rated(sheet, keys))[:4]
    sheet.cell(first, at["s.A"]).value = "상"
    answer = sheet.cell(second, at["a.A"])
    answer.value = str(answer.value) + " (고침)"
    # A row twice with other values, and once more as it is.
    last = sheet.max_row
    for offset, (source, score) in enumerate([(third, 1), (fourth, None)]):
        for cell in sheet[source]:
            sheet.cell(last + 1 + offset, cell.column).value = copy(cell.value)
        if score:
            other = sheet.cell(last + 1 + offset, at["s.A"])
            other.value = 5 if sheet.cell(source, at["s.A"]).value == 1 else 1
    sheet.cell(last + 3, at["row_key"]).value = "p234-0001-X"


def merge(book):
    sheet, keys = rows_sheet(book)
    (first, at), _, (last, _) = list(rated(sheet, keys))[:3]
    letters = [key[2:] for key in at if key.startswith("s.")]
    said = {"pref": letters[-1], "note": "셋 다 같음", "done": "○"}
    said |= {"s." + letter: place + 1 for place, letter in enumerate(letters)}
    for key, value in said.items():
        sheet.cell(first, at[key]).value = value
        sheet.merge_cells(start_row=first, end_row=last, start_column=at[key], end_column=at[key])


def paste(book):
    for row in book["_narani"].iter_rows():
        if row[0].value == "reviewer":
            row[1].value = "서준"


def read(path):
    book = openpyxl.load_workbook(path)
    out = {}
    for sheet in book.worksheets:
        formulas = [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
        out[sheet.title] = {
            "state": sheet.sheet_state,
            "rows": sheet.max_row,
            "columns": sheet.max_column,
            "formulas": formulas,
            "frozen": sheet.freeze_panes,
            "tables": list(sheet.tables),
            "hidden_rows": [row for row, about in sheet.row_dimensions.items() if about.hidden],
        }
    print(json.dumps(out, ensure_ascii=False))


if __name__ == "__main__":
    what, *paths = sys.argv[1:]
    if what == "read":
        read(paths[0])
    else:
        book = openpyxl.load_workbook(paths[0])
        {"fill": fill, "shuffle": shuffle, "visible": visible, "damage": damage, "merge": merge, "paste": paste}[what](book)
        book.save(paths[1])
