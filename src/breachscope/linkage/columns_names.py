"""What tells a person's name from other words: common family names, and how given names end.

Some 500 family names are borne by more than half of the people in Japan, so of a column of
names a good part begins with one of them; which cell does is no matter, and names that are not
here are names all the same. Nine in ten of all family names are made of the signs of these.
Both lists were written down for this purpose.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from breachscope.japanese.variants import folding

NAME_TIER: Final = 2

_FAMILIES: Final = """
佐藤サトウ 鈴木スズキ 高橋タカハシ 田中タナカ 伊藤イトウ 渡辺ワタナベ 山本ヤマモト 中村ナカムラ
小林コバヤシ 加藤カトウ 吉田ヨシダ 山田ヤマダ 佐々木ササキ 山口ヤマグチ 松本マツモト 井上イノウエ
木村キムラ 林ハヤシ 斎藤サイトウ 斉藤サイトウ 清水シミズ 山崎ヤマザキ 森モリ 池田イケダ
橋本ハシモト 阿部アベ 安部アベ 石川イシカワ 山下ヤマシタ 中島ナカジマ 石井イシイ 小川オガワ
前田マエダ 岡田オカダ 長谷川ハセガワ 藤田フジタ 後藤ゴトウ 近藤コンドウ 村上ムラカミ 遠藤エンドウ
青木アオキ 坂本サカモト 福田フクダ 太田オオタ 西村ニシムラ 藤井フジイ 金子カネコ 岡本オカモト
藤原フジワラ 三浦ミウラ 中野ナカノ 中川ナカガワ 原田ハラダ 松田マツダ 竹内タケウチ 小野オノ
田村タムラ 中山ナカヤマ 和田ワダ 石田イシダ 森田モリタ 上田ウエダ 原ハラ 内田ウチダ 柴田シバタ
酒井サカイ 宮崎ミヤザキ 横山ヨコヤマ 高木タカギ 安藤アンドウ 宮本ミヤモト 大野オオノ 小島コジマ
谷口タニグチ 今井イマイ 工藤クドウ 高田タカダ 増田マスダ 丸山マルヤマ 杉山スギヤマ 村田ムラタ
大塚オオツカ 新井アライ 小山コヤマ 平野ヒラノ 藤本フジモト 河野コウノ 上野ウエノ 野口ノグチ
武田タケダ 松井マツイ 千葉チバ 菅原スガワラ 岩崎イワサキ 久保クボ 木下キノシタ 佐野サノ 野村ノムラ
松尾マツオ 菊地キクチ 杉本スギモト 市川イチカワ 古川フルカワ 大西オオニシ 島田シマダ 水野ミズノ
桜井サクライ 渡部ワタナベ 高野タカノ 吉川ヨシカワ 山内ヤマウチ 西田ニシダ 飯田イイダ 菊池キクチ
西川ニシカワ 小松コマツ 北村キタムラ 安田ヤスダ 五十嵐イガラシ 川口カワグチ 平田ヒラタ 関セキ
中田ナカタ 久保田クボタ 服部ハットリ 東アズマ 岩田イワタ 土屋ツチヤ 川崎カワサキ 福島フクシマ
本田ホンダ 辻ツジ 樋口ヒグチ 秋山アキヤマ 田口タグチ 永井ナガイ 山中ヤマナカ 中西ナカニシ
吉村ヨシムラ 川上カワカミ 石原イシハラ 大橋オオハシ 松岡マツオカ 馬場ババ 浜田ハマダ 森本モリモト
星野ホシノ 矢野ヤノ 浅野アサノ 大久保オオクボ 吉岡ヨシオカ 広瀬ヒロセ 野田ノダ 石橋イシバシ
松下マツシタ 松原マツバラ 熊谷クマガイ 荒木アラキ 大島オオシマ 岡オカ 尾崎オザキ 小沢オザワ
中尾ナカオ 黒田クロダ 片山カタヤマ 永田ナガタ 小池コイケ 内藤ナイトウ 田辺タナベ 堀ホリ
松村マツムラ 菅野カンノ 早川ハヤカワ 荒井アライ 本間ホンマ 篠原シノハラ 川村カワムラ 吉野ヨシノ
大谷オオタニ 平井ヒライ 栗原クリハラ 西山ニシヤマ 萩原ハギワラ 沢田サワダ 河合カワイ 福井フクイ
関口セキグチ 小西コニシ 岸本キシモト 片岡カタオカ 富田トミタ 望月モチヅキ 奥村オクムラ 須藤スドウ
桑原クワバラ 成田ナリタ 岩井イワイ 今村イマムラ 北川キタガワ 大石オオイシ 福本フクモト 八木ヤギ
三宅ミヤケ 大川オオカワ 川島カワシマ 児玉コダマ 牧野マキノ 足立アダチ 神田カンダ 白石シライシ
岡崎オカザキ 大森オオモリ 竹田タケダ 平山ヒラヤマ 堀内ホリウチ 榎本エノモト 細川ホソカワ
長島ナガシマ 江口エグチ 宮田ミヤタ 柳沢ヤナギサワ 徳永トクナガ 梶原カジワラ 根岸ネギシ 小田オダ
三好ミヨシ 大沢オオサワ 西尾ニシオ 白井シライ 堀江ホリエ 須田スダ 古賀コガ 本多ホンダ 岩本イワモト
安達アダチ 青山アオヤマ 大内オオウチ 川本カワモト 川田カワタ 松永マツナガ 津田ツダ 村井ムライ
宮川ミヤガワ 佐久間サクマ 及川オイカワ 畠山ハタケヤマ 三上ミカミ 長尾ナガオ 米田ヨネダ 土井ドイ
西野ニシノ 藤岡フジオカ 森下モリシタ 坂井サカイ 杉浦スギウラ 小泉コイズミ 横田ヨコタ 中井ナカイ
石黒イシグロ 小倉オグラ 落合オチアイ 吉原ヨシハラ 大村オオムラ 戸田トダ 野中ノナカ 泉イズミ
奥田オクダ 桜田サクラダ 滝沢タキザワ 飯島イイジマ 天野アマノ 志村シムラ 高山タカヤマ 栗田クリタ
塚本ツカモト 向井ムカイ 上原ウエハラ 比嘉ヒガ 金城キンジョウ 大城オオシロ 宮城ミヤギ 新垣アラカキ
玉城タマシロ 島袋シマブクロ 平良タイラ 山城ヤマシロ 知念チネン 仲村ナカムラ 甲斐カイ 黒木クロキ
日高ヒダカ 江藤エトウ 有馬アリマ 平川ヒラカワ 田島タジマ 田代タシロ 金田カネダ 金井カナイ
窪田クボタ 小原オバラ 小室コムロ 小松原コマツバラ 小野寺オノデラ 佐竹サタケ 笠原カサハラ
笹川ササガワ 皆川ミナガワ 角田ツノダ 門脇カドワキ 鎌田カマタ 亀井カメイ 岩瀬イワセ 稲葉イナバ
稲垣イナガキ 伊東イトウ 井口イグチ 植田ウエダ 植木ウエキ 宇野ウノ 梅田ウメダ 榊原サカキバラ
坂口サカグチ 坂田サカタ 桜庭サクラバ 篠崎シノザキ 下田シモダ 庄司ショウジ 進藤シンドウ 杉田スギタ
関根セキネ 園田ソノダ 多田タダ 高島タカシマ 高瀬タカセ 高井タカイ 高松タカマツ 滝本タキモト
竹中タケナカ 武藤ムトウ 谷川タニガワ 谷本タニモト 田原タハラ 塚田ツカダ 土田ツチダ 堤ツツミ
手塚テヅカ 寺田テラダ 寺島テラシマ 富永トミナガ 豊田トヨダ 内山ウチヤマ 中原ナカハラ 中本ナカモト
長田オサダ 永野ナガノ 長野ナガノ 長岡ナガオカ 西岡ニシオカ 西本ニシモト 西沢ニシザワ 根本ネモト
野崎ノザキ 野沢ノザワ 橋爪ハシヅメ 長谷部ハセベ 畑ハタ 浜野ハマノ 原口ハラグチ 日野ヒノ
平岡ヒラオカ 平松ヒラマツ 広田ヒロタ 深沢フカザワ 福岡フクオカ 福原フクハラ 藤川フジカワ
藤沢フジサワ 藤村フジムラ 藤野フジノ 古田フルタ 星ホシ 堀田ホッタ 堀川ホリカワ 前川マエカワ
前原マエハラ 牧マキ 増井マスイ 町田マチダ 松浦マツウラ 松川マツカワ 松崎マツザキ 松山マツヤマ
丸井マルイ 三木ミキ 三井ミツイ 三田ミタ 水谷ミズタニ 溝口ミゾグチ 湊ミナト 峯ミネ 宮内ミヤウチ
宮下ミヤシタ 宮沢ミヤザワ 宮原ミヤハラ 村山ムラヤマ 村松ムラマツ 村瀬ムラセ 室井ムロイ
森川モリカワ 森山モリヤマ 森岡モリオカ 柳田ヤナギダ 柳ヤナギ 柳原ヤナギハラ 矢島ヤジマ
山岸ヤマギシ 山岡ヤマオカ 山根ヤマネ 山村ムラヤマ 山川ヤマカワ 湯浅ユアサ 横井ヨコイ 吉沢ヨシザワ
吉本ヨシモト 米山ヨネヤマ 若林ワカバヤシ 若松ワカマツ 和泉イズミ 鷲尾ワシオ 相沢アイザワ
相馬ソウマ 赤松アカマツ 浅井アサイ 浅田アサダ 飛田トビタ 生田イクタ 池上イケガミ 石塚イシヅカ
石山イシヤマ 磯部イソベ 市原イチハラ 稲田イナダ 今泉イマイズミ 岩下イワシタ 臼井ウスイ 江川エガワ
海老原エビハラ 大木オオキ 大場オオバ 大原オオハラ 大山オオヤマ 大平オオヒラ 岡野オカノ
岡村オカムラ 岡部オカベ 沖田オキタ 奥山オクヤマ 織田オダ 越智オチ 鬼頭キトウ 加納カノウ 香川カガワ
春日カスガ 川井カワイ 川野カワノ 川端カワバタ 川西カワニシ 神谷カミヤ 北島キタジマ 北野キタノ
木内キウチ 木原キハラ 吉井ヨシイ 久野クノ 倉田クラタ 黒川クロカワ 桑田クワタ 小出コイデ 小谷コタニ
小堀コボリ 小森コモリ 小柳コヤナギ 佐川サガワ 斎木サイキ 沢口サワグチ 塩田シオタ 島崎シマザキ
島村シマムラ 下村シモムラ 菅スガ 瀬戸セト 曽根ソネ 東海林ショウジ 渡会ワタライ 王オウ 李リ 金キン
朴ボク 陳チン 張チョウ
"""

_GIVEN_ENDS: Final = (
    "郎朗一二三男夫雄介助輔太也哉樹人斗翔彦平司志治史之幸孝明弘博宏浩隆誠健学茂清正勇修進実勝豊"
    "徹剛亮翼蓮陽大輝生真吾悟馬紀則行義秀信和光昭春仁久朋智聡敏利稔努保忠満守潤淳順純章毅樹希暉蒼"
    "湊颯悠匠律"
    "子美江枝代世恵香佳加華花奈菜那衣依未里理梨莉穂帆織乃音月絵咲葵愛結優彩桜凛紗沙栞萌茜瞳緒央弥"
    "芽歩海空心杏鈴琴舞望泉千鶴緑節操貴規晃晶登昇典徳"
)

FEMALE_END: Final = "[子美江枝代恵香佳奈菜衣里理梨莉穂帆織乃音絵咲花華那](?:様|さん)?$"
"""Nine in ten of those who bear such a name are women; four in five women bear one."""
GIVEN_END: Final = f"[{''.join(sorted(set(_GIVEN_ENDS)))}]$"
_ENTRY: Final = re.compile(r"^([^ァ-ヴー]+)([ァ-ヴー]+)$")
_SMALL: Final = str.maketrans(
    "ァィゥェォヵヶッャュョヮヂヅヲヴ", "アイウエオカケツヤユヨワジズオブ"
)


@cache
def families() -> tuple[str, ...]:
    """Common family names, variant kanji folded as `name_key` folds them."""
    folds = folding(NAME_TIER)
    names = (name for name, _ in _entries())
    return tuple(sorted({"".join(folds.get(sign, sign) for sign in name) for name in names}))


@cache
def readings() -> tuple[str, ...]:
    """Their readings, as `kana_key` writes them."""
    return tuple(sorted({kana.translate(_SMALL).replace("ー", "") for _, kana in _entries()}))


@cache
def begins_with_family() -> str:
    """A name of three signs or more that begins with a common family name."""
    long = "|".join(sorted((n for n in families() if len(n) > 1), key=len, reverse=True))
    short = "".join(n for n in families() if len(n) == 1)
    return rf"^(?:(?:{long})\S{{1,4}}|[{short}]\S{{2,3}})$"


@cache
def begins_as_family() -> str:
    """Two signs of which common family names begin with the one and go on with the other."""
    double = [name for name in families() if len(name) > 1]
    first, second = ("".join(sorted({name[i] for name in double})) for i in (0, 1))
    return f"^[{first}][{second}]"


@cache
def begins_with_reading() -> str:
    """A reading that goes on after that of a common family name of three kana or more."""
    long = "|".join(sorted((r for r in readings() if len(r) > 2), key=len, reverse=True))
    return rf"^(?:{long})\S{{2,7}}$"


def _entries() -> list[tuple[str, str]]:
    found = (_ENTRY.match(entry) for entry in _FAMILIES.split())
    return [(entry[1], entry[2]) for entry in found if entry]
