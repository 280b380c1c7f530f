"""The first schema: every table of the first release.

Frozen: what a release has shipped is never edited, so this does not look at today's tables.
A column is `name:type`, the type s (SMALLINT), b (BIGINT) or t (TEXT), with ? where it may be
null; a test compares the result of all migrations with the tables of the code.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels = None
depends_on = None


class Table(NamedTuple):
    """A table of this revision; keys and indexes are column names in order."""

    name: str
    columns: str
    key: str = "branch id"
    unique: Sequence[str] = ()
    checks: dict[str, str] | None = None
    indexes: Sequence[str] = ()
    present: Sequence[str] = ()
    fillfactor: int | None = None


TABLES = [
    Table(
        "cl_account",
        "branch:s id:t world:s account:t version:b created:b country:t default_currency:t "
        "email:t? business_type:t? card_payments:t transfers:t fees_payer:t losses:t "
        "requirement_collection:t dashboard:t details_submitted:s payout_interval:t bank:t? "
        "service_agreement:t deleted:s details:t metadata:t waiting:t type:t capabilities:t "
        "settings:t charge_settings:t? tos:t rejected:t? payouts_paused:s linked:s person:t? "
        "company:t? facts:t requirements:t charges_enabled:s payouts_enabled:s "
        "disabled_reason:t? watched:s banks:t",
        indexes=["branch world account id"],
    ),
    Table(
        "cl_account_link",
        "branch:s id:t world:s account:t version:b created:b connected:t expires_at:b digests:t "
        "status:t type:t collect:t future:t refresh_url:t return_url:t",
        indexes=["branch world account id"],
    ),
    Table(
        "cl_account_session",
        "branch:s id:t world:s account:t version:b created:b connected:t expires_at:b digests:t "
        "status:t components:t",
        indexes=["branch world account id"],
    ),
    Table(
        "cl_application_fee",
        "branch:s id:t world:s account:t version:b created:b amount:b currency:t payer:t "
        "charge:t balance_transaction:t amount_refunded:b available_on:b "
        "originating_transaction:t? taken:b? taken_currency:t? taken_back:b earned:b? "
        "earned_currency:t? earned_back:b exchange_rate:t?",
        checks={
            "amount": "amount > 0",
            "refunded": "amount_refunded >= 0 AND amount_refunded <= amount",
        },
        indexes=["branch charge", "branch world account id"],
    ),
    Table(
        "cl_balance_transaction",
        "branch:s id:t world:s account:t created:b type:t amount:b fee:b currency:t "
        "available_on:b day:b source:t description:t? fee_details:t? exchange_rate:t?",
        indexes=[
            "branch account currency available_on id",
            "branch source",
            "branch world account id",
        ],
    ),
    Table(
        "cl_callback",
        "branch:s id:t world:s account:t created:b news:t kind:t object_id:t outcome:t amount:b "
        "currency:t",
        indexes=["branch object_id", "branch world account id"],
    ),
    Table(
        "cl_charge",
        "branch:s id:t world:s account:t version:b created:b amount:b currency:t status:t "
        "source:t method:t amount_refunded:b transferred:b available_on:b fee_amount:b "
        "balance_transaction:t? application_fee:t? application_fee_amount:b? transfer:t? "
        "destination:t? transfer_amount:b? on_behalf_of:t? source_transfer:t? transfer_group:t? "
        "description:t? statement_descriptor:t? receipt_email:t? failure_code:t? "
        "failure_message:t? outcome:t? metadata:t country:t amount_captured:b? capture_before:b "
        "payment_intent:t? customer:t? method_id:t? settled:b? settled_currency:t? "
        "exchange_rate:t? refunds_waiting:b options:t?",
        checks={
            "amount": "amount > 0",
            "refunded": "amount_refunded >= 0 AND amount_refunded <= amount",
            "transferred": "transferred >= 0",
        },
        indexes=["branch world account id"],
        present=["branch customer", "branch payment_intent", "branch transfer_group"],
    ),
    Table(
        "cl_customer",
        "branch:s id:t world:s account:t version:b created:b email:t? name:t? phone:t? "
        "description:t? address:t? shipping:t? default_method:t? deleted:s metadata:t "
        "email_index:t?",
        indexes=["branch world account id"],
        present=["branch email", "branch email_index"],
    ),
    Table(
        "cl_data_key",
        "branch:s id:t world:s account:t version:b created:b subject:t status:t kek:t wrapped:t "
        "generation:b uses:b hold_until:b hold_reason:t?",
        indexes=["branch world account kek id"],
    ),
    Table(
        "cl_due",
        "branch:s world:s due_at:b kind:s ref:t lease:b",
        key="branch world due_at kind ref",
    ),
    Table(
        "cl_event",
        "branch:s id:t world:s account:t seq:b created:b type:t object_id:t object_version:b "
        "previous:t? idempotency_key:t?",
        unique=["branch world account seq"],
    ),
    Table(
        "cl_external_account",
        "branch:s id:t world:s account:t version:b created:b object:t country:t currency:t "
        "last4:t status:t usable:t is_default:s fingerprint:t? routing_number:t? methods:t "
        "outcome:t? details:t holder:t? secret:t? checking:t? requirements:t deleted:s metadata:t",
        indexes=["branch world account id"],
    ),
    Table(
        "cl_fee_refund",
        "branch:s id:t world:s account:t version:b created:b amount:b currency:t fee:t "
        "balance_transaction:t metadata:t",
        checks={"amount": "amount > 0"},
        indexes=["branch fee id"],
    ),
    Table(
        "cl_file",
        "branch:s id:t world:s account:t version:b created:b purpose:t key:t size:b digest:t "
        "expires_at:b filename:t? title:t? type:t? url:t?",
        indexes=["branch world account id"],
    ),
    Table(
        "cl_file_link",
        "branch:s id:t world:s account:t version:b created:b file:t expires_at:b url:t metadata:t",
        indexes=["branch file id", "branch world account id"],
    ),
    Table(
        "cl_fx_quote",
        "branch:s id:t world:s account:t version:b created:b to_currency:t rates:t expires_at:b "
        "usage:t?",
        indexes=["branch world account id"],
    ),
    Table(
        "cl_head",
        "branch:s account:t world:s seq:b",
        key="branch account",
        fillfactor=50,
    ),
    Table(
        "cl_idempotency_key",
        "branch:s world:s key:t account:t fingerprint:t state:s created:b object_id:t? "
        "object_version:b error:t? lease:b",
        key="branch world key account",
    ),
    Table(
        "cl_ledger_account",
        "branch:s id:b world:s owner:t purpose:s currency:t available_on:b debits_posted:b "
        "credits_posted:b debits_pending:b credits_pending:b version:b",
        unique=["branch owner currency available_on purpose world"],
        checks={
            "counters": "debits_posted >= 0 AND credits_posted >= 0 AND debits_pending >= 0 AND "
            "credits_pending >= 0",
            "guarded": "purpose NOT IN (3, 12) OR debits_posted + debits_pending <= credits_posted",
        },
        fillfactor=50,
    ),
    Table(
        "cl_ledger_batch",
        "branch:s lane:s seq:b first:b n:b hash:t created:b",
        key="branch lane seq",
    ),
    Table(
        "cl_ledger_lane",
        "branch:s lane:s seq:b batches:b hash:t",
        key="branch lane",
        fillfactor=50,
    ),
    Table(
        "cl_ledger_transaction",
        "branch:s id:b world:s kind:s ref:t created:b",
        indexes=["branch ref id"],
    ),
    Table(
        "cl_ledger_transfer",
        "branch:s txn:b leg:s debit:b credit:b currency:t amount:b d_seq:b d_balance:b c_seq:b "
        "c_balance:b",
        key="branch txn leg",
        unique=["branch credit c_seq", "branch debit d_seq"],
        checks={
            "amount": "amount > 0",
            "sides": "debit <> credit",
        },
    ),
    Table(
        "cl_login_link",
        "branch:s id:t world:s account:t version:b created:b connected:t expires_at:b digests:t "
        "status:t",
        indexes=["branch world account id"],
    ),
    Table(
        "cl_oauth_grant",
        "branch:s id:t world:s account:t version:b created:b connected:t expires_at:b digests:t "
        "status:t scope:t access:t refresh:t",
        indexes=["branch connected id", "branch world account id"],
    ),
    Table(
        "cl_object_version",
        "branch:s id:t version:b world:s snapshot:t",
        key="branch id version",
    ),
    Table(
        "cl_payment_intent",
        "branch:s id:t world:s account:t version:b created:b amount:b currency:t status:t "
        "client_secret:t capture_method:t confirmation_method:t customer:t? method_id:t? "
        "charge:t? attempt:b authenticated:s amount_capturable:b amount_received:b "
        "destination:t? transfer_amount:b? application_fee_amount:b? on_behalf_of:t? "
        "transfer_group:t? setup_future_usage:t? off_session:s method_types:t next_action:t? "
        "last_error:t? canceled_at:b? cancellation_reason:t? splits:t? fx_quote:t? "
        "description:t? statement_descriptor:t? receipt_email:t? return_url:t? shipping:t? "
        "options:t metadata:t",
        checks={
            "amount": "amount > 0",
            "capturable": "amount_capturable >= 0 AND amount_capturable <= amount",
            "received": "amount_received >= 0 AND amount_received <= amount",
        },
        indexes=["branch world account id"],
        present=["branch customer"],
    ),
    Table(
        "cl_payment_method",
        "branch:s id:t world:s account:t version:b created:b kind:t token:t country:t details:t "
        "fingerprint:t? customer:t? billing:t? spent:s ready:s metadata:t",
        indexes=["branch world account id"],
        present=["branch customer"],
    ),
    Table(
        "cl_payout",
        "branch:s id:t world:s account:t version:b created:b amount:b currency:t status:t "
        "arrival_date:b automatic:s bank:t balance_transaction:t method:t "
        "failure_balance_transaction:t? failure_code:t? failure_message:t? "
        "statement_descriptor:t? description:t? metadata:t cursor:b",
        checks={"amount": "amount > 0"},
        indexes=["branch world account id"],
    ),
    Table(
        "cl_payout_item",
        "branch:s payout:t n:b world:s account:t balance_transaction:t amount:b rest:b",
        key="branch payout n",
        indexes=["branch balance_transaction"],
    ),
    Table(
        "cl_person",
        "branch:s id:t world:s account:t version:b created:b kind:t told:t relationship:t "
        "verification:t deleted:s metadata:t",
        indexes=["branch world account id"],
    ),
    Table(
        "cl_refund",
        "branch:s id:t world:s account:t version:b created:b amount:b currency:t charge:t "
        "status:t available_on:b balance_transaction:t? failure_balance_transaction:t? "
        "failure_reason:t? pending_reason:t? reason:t? transfer_reversal:t? "
        "source_transfer_reversal:t? fee_refund:t? reverse_transfer:s refund_application_fee:s "
        "metadata:t payment_intent:t? settled:b? settled_currency:t? exchange_rate:t?",
        checks={"amount": "amount > 0"},
        indexes=["branch charge id", "branch world account id"],
    ),
    Table(
        "cl_setup_intent",
        "branch:s id:t world:s account:t version:b created:b status:t client_secret:t usage:t "
        "customer:t? method_id:t? attempt:b authenticated:s on_behalf_of:t? method_types:t "
        "next_action:t? last_error:t? cancellation_reason:t? description:t? return_url:t? "
        "options:t metadata:t",
        indexes=["branch world account id"],
        present=["branch customer"],
    ),
    Table(
        "cl_token",
        "branch:s id:t world:s account:t version:b created:b type:t status:t claim:t? shown:t "
        "payload:t?",
    ),
    Table(
        "cl_transfer",
        "branch:s id:t world:s account:t version:b created:b amount:b currency:t destination:t "
        "destination_payment:t balance_transaction:t amount_reversed:b available_on:b "
        "source_transaction:t? transfer_group:t? description:t? metadata:t arrived:b? "
        "arrived_currency:t? arrived_reversed:b exchange_rate:t? schedule:t?",
        checks={
            "amount": "amount > 0",
            "reversed": "amount_reversed >= 0 AND amount_reversed <= amount",
        },
        indexes=["branch destination id", "branch world account id"],
        present=["branch source_transaction", "branch transfer_group"],
    ),
    Table(
        "cl_transfer_reversal",
        "branch:s id:t world:s account:t version:b created:b amount:b currency:t transfer:t "
        "balance_transaction:t destination_payment_refund:t source_refund:t? description:t? "
        "metadata:t",
        checks={"amount": "amount > 0"},
        indexes=["branch transfer id"],
    ),
    Table(
        "cl_transfer_schedule",
        "branch:s id:t world:s account:t version:b created:b amount:b currency:t destination:t "
        "status:t release_on:b? condition:t? source_transaction:t? transfer:t? "
        "transfer_group:t? description:t? failure_code:t? failure_message:t? metadata:t",
        checks={"amount": "amount > 0"},
        indexes=["branch world account id"],
        present=["branch source_transaction"],
    ),
    Table(
        "cl_world",
        "id:b platform:t livemode:s account:t country:t created:b now:b?",
        key="id",
        unique=["platform livemode"],
    ),
]

TYPES = {
    "s": sa.SmallInteger().with_variant(sa.Integer(), "sqlite"),
    "b": sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
    # Byte by byte: ids sort by time, and every store sorts alike.
    "t": sa.Text().with_variant(sa.Text(collation="C"), "postgresql"),
}


def column(text: str) -> sa.Column[object]:
    """The column that a word of the tables above describes."""
    name, kind = text.split(":")
    return sa.Column(name, TYPES[kind[0]], nullable=kind.endswith("?"), autoincrement=False)


def named(kind: str, table: str, columns: str) -> str:
    """The name of an index or constraint: its kind, its table, its columns but the branch."""
    return "_".join([kind, table, *(one for one in columns.split() if one != "branch")])


def create(table: Table) -> None:
    """Create one table and its indexes."""
    name = table.name
    op.create_table(
        name,
        *(column(text) for text in table.columns.split()),
        sa.PrimaryKeyConstraint(*table.key.split(), name=op.f(f"pk_{name}")),
        *(
            sa.UniqueConstraint(*words.split(), name=op.f(named("uq", name, words)))
            for words in table.unique
        ),
        *(
            sa.CheckConstraint(text, name=op.f(f"ck_{name}_{word}"))
            for word, text in (table.checks or {}).items()
        ),
        sqlite_strict=True,
        postgresql_with={"fillfactor": str(table.fillfactor)} if table.fillfactor else {},
    )
    for words in table.indexes:
        op.create_index(named("ix", name, words), name, words.split())
    for words in table.present:
        there = sa.text(f"{words.split()[-1]} IS NOT NULL")
        op.create_index(
            named("ix", name, words),
            name,
            words.split(),
            sqlite_where=there,
            postgresql_where=there,
        )


def upgrade() -> None:
    """Create everything."""
    for table in TABLES:
        create(table)


def downgrade() -> None:
    """Drop everything."""
    for table in reversed(TABLES):
        op.drop_table(table.name)
