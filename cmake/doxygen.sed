# What Doxygen reads of a header: without the inline namespace, comments in front of what they are about where it takes no
# others, one declaration a line, and a word where each class has the same.
s/namespace libnet::inline v0/namespace libnet/
s/::ffff/\\&/g
s/\\xHH/\\&/
s/@lists/\\&/
s/^(LIBNETXX_DECL |inline |constexpr )?std::ostream& operator<<\(/\/** Writes it as text. *\/ &/
s/^( *)((struct|class|enum class) [^;]*\{.*|enum class [^;]*;|template <[^;{]*>|[^;{}\/]*\)( const)?( noexcept)?)  \/\/\/< (.*)$/\1\/** \6 *\/ \2/
:split
s/(^|\n)( *[A-Za-z_][A-Za-z0-9_: ]*(<[^()]*>)?) ([a-z0-9_]+(\{[^{}]*\}| = [^,;{}()]+)?), ([^;()\n]*);([^\n]*)$/\1\2 \4;\7\n\2 \6;\7/
t split
/\/\/\/|\/\*\*/b
s/^ +friend .*operator(==|<=>)\(.*\) = default;$/& \/\/\/< Compares member by member./
s/^ +friend .*operator<<\(.*$/\/** Writes it as text. *\/ &/
s/^ +([A-Z][A-Za-z]+)\(\1&&( [a-z]+)?\)( noexcept)?( = default)?;$/& \/\/\/< Moves: see @ref lifetimes./
s/^ +([A-Z][A-Za-z]+)& operator=\(\1&&( [a-z]+)?\)( noexcept)?( = default)?;$/& \/\/\/< Moves. What was waiting here ends with `operation_aborted`: see @ref lifetimes./
s/^ +[A-Za-z:_]+ get_executor\(\) const( noexcept)?( \{.*\})?;?$/\/** The executor that it was made with. *\/ &/
s/^ +void [a-z]+\(.* const [A-Za-z]+Options& options\);$/& \/\/\/< The same, with options./
