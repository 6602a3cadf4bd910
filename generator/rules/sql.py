"""Names in SQL: what MySQL 8 takes without quotes, and what it or the operator keeps for itself."""

import re
from typing import Final

from ..problem import quoted
from .grammar import as_label
from .rule import Fault

_IDENTIFIER: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_SCHEMA_LENGTH: Final = 64  # MySQL 8.0 reference manual, "Identifier Length Limits"
_USER_LENGTH: Final = 32  # ... and "Account Management"
_SYSTEM_SCHEMAS: Final = frozenset({"mysql", "sys", "information_schema", "performance_schema"})
_SYSTEM_USERS: Final = frozenset(
    # percona-xtradb-cluster-operator, "Users": system users; MySQL's own; and the account of hagen's agent
    re.findall(
        r"\w+",
        "root monitor clustercheck proxyadmin operator replication xtrabackup pmmserver pmmserverkey mysql hagen_agent",
    )
)
_RESERVED: Final = frozenset(
    # MySQL 8.0 reference manual, "Keywords and Reserved Words", the reserved ones
    re.findall(
        r"\w+",
        """
        accessible add all alter analyze and as asc asensitive before between bigint binary blob both by call
        cascade case change char character check collate column condition constraint continue convert create cross
        cube cume_dist current_date current_time current_timestamp current_user cursor database databases day_hour
        day_microsecond day_minute day_second dec decimal declare default delayed delete dense_rank desc describe
        deterministic distinct distinctrow div double drop dual each else elseif empty enclosed escaped except
        exists exit explain false fetch first_value float float4 float8 for force foreign from fulltext function
        generated get grant group grouping groups having high_priority hour_microsecond hour_minute hour_second if
        ignore in index infile inner inout insensitive insert int int1 int2 int3 int4 int8 integer intersect
        interval into io_after_gtids io_before_gtids is iterate join json_table key keys kill lag last_value lateral
        lead leading leave left like limit linear lines load localtime localtimestamp lock long longblob longtext
        loop low_priority manual master_bind master_ssl_verify_server_cert match maxvalue mediumblob mediumint
        mediumtext middleint minute_microsecond minute_second mod modifies natural not no_write_to_binlog nth_value
        ntile null numeric of on optimize optimizer_costs option optionally or order out outer outfile over parallel
        partition percent_rank precision primary procedure purge qualify range rank read reads read_write real
        recursive references regexp release rename repeat replace require resignal restrict return revoke right
        rlike row rows row_number schema schemas second_microsecond select sensitive separator set show signal
        smallint spatial specific sql sqlexception sqlstate sqlwarning sql_big_result sql_calc_found_rows
        sql_small_result ssl starting stored straight_join system table tablesample terminated then tinyblob tinyint
        tinytext to trailing trigger true undo union unique unlock unsigned update usage use using utc_date utc_time
        utc_timestamp values varbinary varchar varcharacter varying virtual when where while window with write xor
        year_month zerofill
        """,
    )
)


def identifier(text: str) -> Fault | None:
    """A schema."""
    return _name(text, _SCHEMA_LENGTH, _SYSTEM_SCHEMAS | _RESERVED)


def user_name(text: str) -> Fault | None:
    """A user; its name always stands in quotes, and may be a word of SQL."""
    return _name(text, _USER_LENGTH, _SYSTEM_USERS)


def _name(text: str, length: int, kept: frozenset[str]) -> Fault | None:
    if text.lower() in kept:
        return Fault(
            "HG409", f"{quoted(text)} is a word that the database keeps for itself", f"write {text.lower()}_app"
        )
    if _IDENTIFIER.fullmatch(text) and len(text) <= length:
        return None
    message = f"{quoted(text)} is not a name in SQL: letters, digits and _, a letter first, at most {length} characters"
    return Fault("HG409", message, f"write {as_label(text, letter_first=True, length=length).replace('-', '_')}")
