using System.Globalization;

namespace BlazorDashboard.Proc;

/// <summary>Splits all these files in the same way: into lines, then into columns separated by blanks.</summary>
internal static class ProcFields
{
    private static readonly char[] Blanks = [' ', '\t'];

    public static string[] Lines(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public static string[] Columns(string line) => line.Split(Blanks, StringSplitOptions.RemoveEmptyEntries);

    // A kernel may write a field that is not understood, or a shorter line: such a field counts as zero.
    public static long Number(string[] columns, int index) =>
        index < columns.Length
            && long.TryParse(columns[index], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
