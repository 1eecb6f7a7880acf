"""Signatures of texts: what leaves them alike, what makes them differ, in every kind of script."""

from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiredesk.stage.likeness import BAND_BYTES, BANDS, Likeness, is_copy, nearness
from wiredesk_ingest import signature
from wiredesk_ingest.identity import cluster_id
from wiredesk_ingest.signature import MIN_SHINGLES, likeness, shingles

FERRY = """The evening ferry to Inishmore turned back on Thursday after its steering failed two miles out of Rossaveel.

None of the 84 passengers was hurt. They were brought ashore by the lifeboat and by two fishing boats, whose crews had
heard the captain's call and were on the spot within twenty minutes.

"It was calm, thank God, and nobody panicked," said Bríd Ní Fhlatharta, who teaches at the island's school. "The crew
handed out blankets and tea."

The company said that the vessel, built in 1998, had passed its yearly inspection in March. It will be towed to Galway
on Friday, and a smaller boat will sail in its place until further notice."""

GERMAN = """Die Fähre von Norddeich nach Juist ist am Donnerstag bei Niedrigwasser auf eine Sandbank gelaufen.
An Bord waren sechzig Fahrgäste, verletzt wurde niemand. Die Seenotretter brachten die Reisenden mit
zwei Booten an Land, die letzten kurz vor Mitternacht. Die Reederei teilte mit, das Schiff solle mit
der nächsten Flut freikommen und werde danach in der Werft untersucht. Bis dahin fahre ein kleineres
Schiff nach einem geänderten Plan."""

CHINESE = """周四傍晚，一艘从港口开往离岛的渡轮在出海不久后因舵机故障被迫返航。船上共有八十四名乘客，没有人受伤。
救生艇和两艘附近的渔船在二十分钟内赶到现场，把乘客分批送回岸上。船员向大家分发了毛毯和热茶。船公司表
示，这艘渡轮建造于一九九八年，今年三月刚刚通过年度检验。周五渡轮将被拖往船厂检修，在此期间由一艘较小
的船代替航行，直至另行通知。岛上小学的一位教师说，海面很平静，大家都没有惊慌。"""

JAPANESE = """木曜日の夕方、離島へ向かうフェリーが港を出て間もなく舵の故障で引き返した。乗客八十四人にけがはなかっ
た。救命艇と近くにいた二隻の漁船が二十分以内に駆けつけ、乗客を順番に岸まで運んだ。乗組員は毛布と温か
いお茶を配ったという。運航会社によると、この船は一九九八年に建造され、三月の年次検査に合格していた。
金曜日に造船所へ曳航され、当分の間は小型の船が代わりに運航する。島の学校の教師は海は穏やかで誰も慌て
なかったと話した。"""

THAI = """เมื่อเย็นวันพฤหัสบดี เรือข้ามฟากที่มุ่งหน้าไปยังเกาะต้องหันหัวกลับหลังจากระบบบังคับเลี้ยวขัดข้อง
ผู้โดยสารแปดสิบสี่คนไม่มีใครได้รับบาดเจ็บ
เรือกู้ภัยและเรือประมงสองลำที่อยู่ใกล้เคียงมาถึงที่เกิดเหตุภายในยี่สิบนาทีและพาผู้โดยสารกลับเข้าฝั่งอย่างปลอดภัย
ลูกเรือแจกผ้าห่มและชาร้อนให้ทุกคน
บริษัทเดินเรือกล่าวว่าเรือลำนี้ผ่านการตรวจสภาพประจำปีเมื่อเดือนมีนาคม
และจะถูกลากไปยังอู่เรือในวันศุกร์"""

RUSSIAN = """Вечерний паром на остров в четверг вернулся в порт из-за отказа рулевого управления. На борту находились
восемьдесят четыре пассажира, никто не пострадал. Людей доставили на берег спасательный катер и две рыболовные лодки,
экипажи которых услышали сигнал капитана и подошли через двадцать минут. В компании сообщили, что судно построено в 1998
году и прошло ежегодный осмотр в марте. В пятницу его отбуксируют на верфь."""

HINDI = """गुरुवार की शाम द्वीप की ओर जा रही एक नौका पतवार में खराबी आने के बाद बंदरगाह लौट आई। नौका पर चौरासी
यात्री सवार थे और किसी को चोट नहीं आई। बचाव दल की नाव और मछुआरों की दो नावें बीस मिनट के भीतर पहुंच
गईं और यात्रियों को किनारे ले आईं। कंपनी ने कहा कि नौका का वार्षिक निरीक्षण मार्च में हुआ था।
शुक्रवार को उसे मरम्मत के लिए गोदी में ले जाया जाएगा और तब तक एक छोटी नौका चलेगी।"""

ARABIC = """عادت العبارة المسائية المتجهة إلى الجزيرة إلى الميناء يوم الخميس بعد عطل في نظام التوجيه. وكان على
متنها أربعة وثمانون راكبا ولم يصب أحد بأذى. ونقل زورق إنقاذ وقاربا صيد الركاب إلى الشاطئ بعد أن سمع
طاقماهما نداء القبطان ووصلا خلال عشرين دقيقة. وقالت الشركة إن السفينة بنيت عام ألف وتسعمئة وثمانية
وتسعين واجتازت الفحص السنوي في مارس، وستقطر يوم الجمعة إلى الحوض لإصلاحها."""

TEXTS = {
    "English": FERRY,
    "German": GERMAN,
    "Chinese": CHINESE,
    "Japanese": JAPANESE,
    "Thai": THAI,
    "Russian": RUSSIAN,
    "Hindi": HINDI,
    "Arabic": ARABIC,
}


def signed(text: str) -> Likeness:
    found = likeness(cluster_id(text), text)
    assert found is not None
    return found


def bands(one: Likeness) -> set[bytes]:
    return {one.bands[at : at + BAND_BYTES] for at in range(0, BANDS * BAND_BYTES, BAND_BYTES)}


@pytest.mark.parametrize("language", TEXTS)
def test_a_text_cut_at_its_end_is_a_copy_in_every_language(language: str) -> None:
    text = TEXTS[language]
    assert is_copy(signed(text), signed(text[: len(text) * 3 // 5]))


def test_texts_of_different_languages_and_stories_are_no_copies() -> None:
    signatures = [signed(text) for text in TEXTS.values()]
    for at, one in enumerate(signatures):
        assert not any(is_copy(one, other) for other in signatures[at + 1 :])


@pytest.mark.parametrize(("language", "other"), [("Chinese", "Japanese"), ("Japanese", "Chinese")])
def test_texts_of_one_script_share_next_to_nothing(language: str, other: str) -> None:
    assert not set(shingles(TEXTS[language])) & set(shingles(TEXTS[other]))


def test_case_punctuation_line_ends_and_quotation_marks_do_not_matter() -> None:
    styled = FERRY.upper().replace('"', "„").replace(",", " –").replace("\n", "  ").replace("'", "’")
    assert np.array_equal(shingles(styled), shingles(FERRY))
    assert np.array_equal(shingles(CHINESE.replace("，", " ").replace("\n", "")), shingles(CHINESE))


def test_combining_vowels_belong_to_their_words() -> None:
    assert len(shingles("की ओर जा रही एक नौका")) == 3


def test_an_intro_a_headline_and_changed_figures_leave_a_copy() -> None:
    intro = "Islanders are asking for a second boat after another evening of trouble at sea, our reporter writes.\n\n"
    changed = FERRY.replace("84 passengers", "87 passengers").replace("two miles", "three kilometres")
    assert is_copy(signed(FERRY), signed("Ferry turns back\n\n" + intro + changed + "\n\nAll rights reserved."))


def test_a_text_too_short_to_tell_has_no_signature() -> None:
    words = FERRY.split()
    assert likeness("c", " ".join(words[: MIN_SHINGLES + 2])) is None
    assert likeness("c", " ".join(words[: MIN_SHINGLES + 3])) is not None
    assert likeness("c", "") is None
    assert likeness("c", "ha " * 500) is None


def test_nearness_is_estimated_within_the_error_of_its_size() -> None:
    """Texts of known overlap: the mean over many is right, and single ones stay within four standard errors."""
    words = [f"w{n}" for n in range(40_000)]
    off = []
    for n in range(60):
        whole = words[600 * n : 600 * n + 400]
        one, other = signed(" ".join(whole)), signed(" ".join(whole[:203] + words[25_000 + 200 * n :][:197]))
        resemblance, _ = nearness(one, other)
        off.append(resemblance - 200 / 594)
    assert max(map(abs, off)) < 4 * 0.042
    assert abs(sum(off) / len(off)) < 4 * 0.042 / 60**0.5


def test_bands_are_shared_as_often_as_texts_resemble_each_other() -> None:
    words = [f"w{n}" for n in range(60_000)]
    shared = 0
    for n in range(60):
        whole = words[600 * n : 600 * n + 400]
        one, other = signed(" ".join(whole)), signed(" ".join(whole[:203] + words[40_000 + 200 * n :][:197]))
        shared += len(bands(one) & bands(other))
    assert abs(shared / (60 * BANDS) - 200 / 594) < 4 * 0.0153


def test_a_long_text_is_signed_in_pieces_as_if_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    text = " ".join(f"w{n}" for n in range(9_000))
    in_pieces = signed(text)
    monkeypatch.setattr(signature, "_CHUNK", 10_000)
    assert signed(text) == in_pieces
    assert 8_990 < in_pieces.shingles <= 8_997


def test_signatures_of_different_workers_can_be_compared() -> None:
    """Whatever the machine and the versions of Python and numpy: a change of these bytes parts old texts from new."""
    digests = [sha256(signed(text).pack()).hexdigest()[:12] for text in (FERRY, CHINESE)]
    assert digests == ["b747c8857ed8", "7a6f9dc1ba42"]


@given(st.text(max_size=400))
def test_any_text_is_signed_or_too_short_and_always_the_same(text: str) -> None:
    repeated = text + " " + " ".join(f"{n}" for n in range(40))
    found = likeness("c" * 24, repeated)
    assert found == likeness("c" * 24, repeated)
    assert found is None or len(found.pack()) == len(signed(FERRY).pack())
