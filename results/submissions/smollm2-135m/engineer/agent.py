"""The reference engineer: has the teacher answer one question a country, and keeps what
names a place. The countries are none of the task's."""
print("""Plan: ask the teacher for the capital of countries, and keep answers of one sentence.

```python
from autodatabench import ask_many, save_rows

COUNTRIES = '''Switzerland, Netherlands, Czech Republic, Slovakia, Croatia, Serbia, Slovenia, Estonia, Latvia, Lithuania, Iceland,
Luxembourg, Albania, Morocco, Algeria, Tunisia, Libya, Nigeria, Senegal, Uganda, Zimbabwe, Angola, Iraq, Syria, Jordan, Lebanon,
Saudi Arabia, Qatar, Afghanistan, Pakistan, Nepal, Bangladesh, South Korea, North Korea, Philippines, Malaysia, Cambodia, Laos,
Mongolia, New Zealand, Uruguay, Paraguay, Bolivia, Ecuador, Panama, Costa Rica, Nicaragua, Honduras'''.replace("\\n", " ").split(", ")

questions = ["What is the capital of %s?" % c for c in COUNTRIES]
answers = ask_many(["%s Answer in one short sentence." % q for q in questions], temperature=0.2, max_tokens=40)
rows = []
for question, answer in zip(questions, answers):
    sentence = (answer or "").strip().split("\\n")[0].split(". ")[0].rstrip(".") + "."
    if "capital" in sentence and len(sentence) < 120:
        rows.append({"instruction": question, "input": "", "output": sentence})
save_rows(rows)
print(len(rows), "rows")
```""")
