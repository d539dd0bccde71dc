using System.Buffers;
using System.Text;

namespace Tornadose.SignalR.ServerSentEvents;

/// <summary>
/// The line ends of a text. An event has one <c>data</c> line for each line of the text and cannot say what separated them. If that was
/// not LF throughout, the field <c>ends</c> says it: a letter for each line end, <c>n</c> for LF, <c>r</c> for CR, <c>b</c> for both; the
/// last letter stands for all that follow.
/// </summary>
internal static class LineEnds
{
    private static readonly SearchValues<byte> Bytes = SearchValues.Create("\r\n"u8);

    /// <returns>Where the first line ends; negative when there is one line only.</returns>
    public static int IndexOf(ReadOnlySpan<byte> text) => text.IndexOfAny(Bytes);

    /// <returns>How many bytes the line end at this place has.</returns>
    public static int LengthAt(ReadOnlySpan<byte> text, int at) =>
        text[at] == '\r' && at + 1 < text.Length && text[at + 1] == '\n' ? 2 : 1;

    public static string Describe(ReadOnlySpan<byte> text)
    {
        var letters = new StringBuilder();
        for (int at; (at = IndexOf(text)) >= 0;)
        {
            var length = LengthAt(text, at);
            letters.Append(length == 2 ? 'b' : (char)(text[at] == '\r' ? 'r' : 'n'));
            text = text[(at + length)..];
        }

        return WithoutRepeats(letters);
    }

    private static string WithoutRepeats(StringBuilder letters)
    {
        var length = letters.Length;
        while (length > 1 && letters[length - 2] == letters[length - 1])
            length--;
        return letters.ToString(0, length);
    }
}
