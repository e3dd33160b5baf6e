from django import forms

from iamconsole.forms import ConfirmationForm, OneTimeCodeInput, PasswordInput, Tiles


class Sample(forms.Form):
    user_name = forms.CharField(help_text="Up to `64` characters")
    email = forms.EmailField(required=False)
    console = forms.BooleanField(required=False)
    password = forms.CharField(widget=PasswordInput("new-password"))
    code = forms.CharField(widget=OneTimeCodeInput())
    way = forms.ChoiceField(choices=[("group", "Add to group")], widget=Tiles({"group": "Same job"}))


def test_controls_that_are_typed_in_look_like_fields() -> None:
    form = Sample()

    assert 'class="input"' in str(form["email"])
    assert 'class="input code-digits"' in str(form["code"])
    assert "class=" not in str(form["console"])


def test_a_field_ties_its_hint_and_its_error_to_the_control() -> None:
    text = Sample({"user_name": ""})["user_name"].as_field_group()

    assert 'aria-describedby="id_user_name_helptext id_user_name_error"' in text
    assert 'id="id_user_name_error"' in text
    assert "Up to <code>64</code> characters" in text


def test_a_field_that_may_stay_empty_says_so() -> None:
    assert "optional" in Sample()["email"].as_field_group()


def test_a_password_can_be_shown_but_is_never_sent_back() -> None:
    text = str(Sample({"password": "s3cret"})["password"])

    assert "data-show-password" in text
    assert "s3cret" not in text


def test_a_tile_carries_its_hint() -> None:
    assert '<span class="hint">Same job</span>' in str(Sample()["way"])


def test_the_form_template_shows_errors_of_no_single_field_first() -> None:
    form = Sample({})
    form.add_error(None, "Too <many>")

    text = str(form)

    assert "Too &lt;many&gt;" in text
    assert text.index("Too") < text.index("id_user_name")


def test_only_the_very_word_confirms() -> None:
    assert ConfirmationForm({"confirmation": "ana"}, word="ana").is_valid()
    assert not ConfirmationForm({"confirmation": "Ana"}, word="ana").is_valid()
    assert not ConfirmationForm({}, word="ana").is_valid()
