"""Common first names of the English-speaking and European world that tell whether a man or a woman is meant."""

__all__ = ["gender_of_first_name"]

_MEN = """
    aaron abdul abdullah abraham adam adrian ahmad ahmed alan albert alejandro alexander alexei alfred ali allan allen
    ambrose andre andrei andrew angus anthony antonio arnold arthur barack barry benedict benjamin bernard bill bob
    boris brad bradley brendan brian bruce bryan calvin carl carlos chad charles chris christopher chuck clarence
    claude clifford clive colin craig cyril daniel darren dave david dean denis dennis derek dick dmitri dmitry
    dominic don donald doug douglas duncan dwight ed eddie edgar edmund eduardo edward edwin emmanuel eric ernest
    eugene evan fernando floyd francesco francisco francois frank franklin fred frederick gareth gary gavin geoff
    geoffrey george gerald gerard gerhard giovanni giuseppe glenn gordon graham greg gregory guillermo gustavo guy
    hamid hans harold harry harvey hassan hector henri henry herbert herman hideo howard hugh hugo hussein ian
    ibrahim igor ivan jack jacob jacques jake james jamie jason javier jean-claude jeff jeffrey jeremy jerome jerry
    jim jimmy joe joel johan johannes john johnny jonathan jorge jose joseph josh joshua juan julian justin karl
    keith ken kenneth kevin khalid kofi kurt lance larry lars laurence lawrence leo leon leonard leonid liam lionel
    lloyd louis luca luis luke malcolm marc marcel marco marcus mario mark martin matt matthew maurice max
    michael miguel mike mikhail mohamed mohammad mohammed muhammad mustafa nathan neil nelson nicholas nick nigel
    nikolai nikolas norman oleg oliver omar oscar osama otto owen pablo patrick paul pavel pedro pete peter phil
    philip phillip pierre rafael ralph randy raymond recep ricardo richard rick rob robert roberto rodney roger roland
    ron ronald rory ross rudolf rudy rupert russell ryan salman sam samuel scott sean sebastian sergei sergey seth
    shaun shinzo silvio simon stanley stefan stephen steve steven stuart terrence tariq ted theodore thomas tim
    timothy toby tom tommy tony trevor tyler vernon victor viktor vincent vladimir volodymyr walter warren wayne
    wilhelm william winston wolfgang yasser yitzhak yuri zachary
"""
_WOMEN = """
    abigail agnes alice alicia alison amanda amber amelia amy anastasia andrea angela angelina anita ann anna anne
    annie annika antonia aung audrey barbara beatrice beth betty beverly bonnie brenda bridget camilla carla carmen
    carol caroline carolyn catherine cecilia celia charlotte cheryl chloe christina christine cindy claire clara
    claudia condoleezza courtney cristina crystal cynthia daisy danielle dawn deborah debbie debra denise diana diane
    dolores donna doris dorothy edith eileen elaine eleanor elena elizabeth ellen emily emma erica erin esther eva
    evelyn fatima fiona florence frances gabriela gail gillian gina gloria grace greta hannah harriet hazel heather
    heidi helen helena hilary hillary holly ingrid irene iris isabel isabella ivanka jacqueline jane janet janice
    jasmine jean jeanette jennifer jenny jessica jill joan joanna joanne josephine joyce juanita judith judy julia
    julie june karen kate katherine kathleen kathryn kathy katie kelly kimberly kirsten kristen laura lauren leah
    leila lena linda lisa liz lois lorraine louise lucia lucy lydia madeleine madison malala marcia margaret maria
    marie marilyn marina marion marjorie martha mary matilda maureen megan meghan melania melanie melissa michelle
    mildred miriam moira monica nadia nancy naomi natalia natalie natasha nicola nicole nina nora norma olga olivia
    pamela patricia paula pauline peggy penelope penny phyllis priscilla rachel rebecca renee rhonda rita roberta
    rosa rosalind rose rosemary ruth sabrina sally samantha sandra sara sarah sharon sheila shirley sofia sonia
    sophia sophie stella stephanie susan suzanne sylvia tamara tanya tara teresa theresa tiffany tina tracy ursula
    valerie vanessa vera veronica victoria violet virginia vivian wendy yolanda yulia yvonne zoe
"""
_GENDERS = {**dict.fromkeys(_MEN.split(), "m"), **dict.fromkeys(_WOMEN.split(), "f")}


def gender_of_first_name(word: str) -> str:
    """`m` or `f` for a first name that is mostly borne by men or by women, else the empty string."""
    return _GENDERS.get(word.lower(), "")
