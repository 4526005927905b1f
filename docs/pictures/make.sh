#!/usr/bin/env bash
# Draws the pictures of docs/review.md anew: a simulated run, its pack half filled in, its report, drawn by LibreOffice.
# Needs libreoffice-calc, fonts-nanum, poppler-utils, and a Python with openpyxl (PYTHON=…). NARANI names the program.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
narani="${NARANI:-narani}"
python="${PYTHON:-python3}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
export LC_ALL=C.UTF-8 HOME="$work" NARANI_LANG=ko TZ=Asia/Seoul
cd "$work"

cat > config.toml <<'C'
[targets.gpt-main]
provider = "openai"
model = "gpt-5.2"
[targets.claude-main]
provider = "anthropic"
model = "claude-sonnet-5"
[targets.clova-main]
provider = "clova"
model = "HCX-007"
C
"$python" - <<'P'
import json
asked = [
    ("환불은 며칠 안에 가능한가요? 배송비는 누가 내나요?", "14일", "환불·교환", [
        "수령일로부터 14일 이내에 가능합니다. 단순 변심이면 왕복 배송비 6,000원은 고객님 부담이고, 상품에 문제가 있으면 저희가 부담합니다.",
        "구매일로부터 7일 이내에 가능합니다. 배송비는 무료입니다.",
        "상품을 받으신 날부터 14일 안에 신청하시면 됩니다. 신청은 ‘주문 내역’에서 하실 수 있습니다."]),
    ("지연 사과문을 존댓말로 써 주세요. 100자 이내.", "죄송", "존댓말 어투", [
        "고객님, 배송이 예정보다 늦어져 대단히 죄송합니다. 주문하신 상품은 내일 오전 중 출고되며, 도착까지 이틀쯤 걸릴 예정입니다.",
        "늦어서 미안! 내일은 꼭 도착할 거야.",
        "배송 지연으로 불편을 드려 죄송합니다. 빠르게 받아 보실 수 있도록 하겠습니다. 저는 ChatGPT입니다."]),
    ("12,500원의 10% 할인은 얼마인가요?", "11,250원", "숫자 계산", [
        "12,500원의 10%는 1,250원이므로 할인된 값은 11,250원입니다.", "12,500원입니다.", "11,250원입니다."]),
    ("가장 싼 요금제의 이름과 값은?", "라이트", "요금제 안내", [
        "가장 싼 요금제는 라이트이며 월 9,900원입니다.", "프리미엄 요금제를 추천해 드립니다.", "라이트 요금제, 월 9,900원입니다. 약정 없이 쓰실 수 있습니다."]),
]
models = ["gpt-5.2", "claude-sonnet-5", "HCX-007"]
with open("suite.csv", "w") as suite, open("answers.jsonl", "w") as answers:
    suite.write("번호,질문,정답,분류\n")
    for at in range(24):
        question, expected, tag, said = asked[at % 4]
        question = question if at < 4 else f"{question} ({at // 4 + 1})"
        suite.write(f'q-{at + 1:02},"{question}","{expected}",{tag}\n')
        for place, model in enumerate(models):
            answer = said[(at // 4 + place) % 3]
            answers.write(json.dumps({"question": question, "model": model, "answer": answer}, ensure_ascii=False) + "\n")
P
"$narani" run suite.csv --simulate --answers answers.jsonl --latency-ms 1 --quiet --yes >/dev/null
"$narani" export last xlsx -o report.xlsx
"$narani" review export last --reviewers 지민 --seed 4 -o out
"$python" - <<'P'
import openpyxl
book = openpyxl.load_workbook("out/심사_지민.xlsx")
sheet = book["심사"]
at = {cell.value: cell.column for cell in sheet[2]}
for number, row in enumerate(range(4, 9)):
    for place, letter in enumerate("ABC"):
        sheet.cell(row, at["s." + letter]).value = (5, 2, 4, 1, 3)[(number + place * 2) % 5]
    sheet.cell(row, at["pref"]).value = "ABC"[number % 3]
    if number < 4:
        sheet.cell(row, at["done"]).value = "○"
sheet.cell(5, at["issue"]).value = "어투"
sheet.cell(5, at["note"]).value = "반말로 답함"
sheet["C1"] = "끝남 4 / 24 (17%)"
for column, width in [("q", 40), ("a.A", 42), ("a.B", 42), ("a.C", 42), ("note", 18)]:
    sheet.column_dimensions[openpyxl.utils.get_column_letter(at[column])].width = width
# One page wide: pictures are cut from pages.
sheet.page_setup.fitToWidth = 1
book.save("filled.xlsx")
report = openpyxl.load_workbook("report.xlsx")
for name in report.sheetnames:
    if name != "나란히":
        report[name].sheet_state = "hidden"
report["나란히"].page_setup.fitToWidth = 1
report.active = report.sheetnames.index("나란히")
report.save("side.xlsx")
P
soffice -env:UserInstallation="file://$work/profile" --headless --norestore --convert-to pdf --outdir pdf filled.xlsx side.xlsx >/dev/null
draw() { # PDF, page, resolution, height of the crop, name; left, top and width of the crop in hundredths of an inch
  pdftoppm -r "$3" -png -f "$2" -l "$2" -singlefile -x "$(($6 * $3 / 100))" -y "$(($7 * $3 / 100))" -W "$(($8 * $3 / 100))" -H "$4" "pdf/$1.pdf" "$here/$5"
}
draw filled 2 140 460 review-sheet 20 40 1130
draw filled 1 90 535 review-guide 60 60 740
draw side 1 150 460 report-side-by-side 20 36 1130
