using System.Globalization;

namespace Tornadose.Attack;

/// <summary>What one attack cost, compared with what it may cost.</summary>
internal sealed class Report(string name, string what)
{
    private readonly List<(string Text, string Bound, bool Holds)> _rows = [];

    public int Broken => _rows.Count(static row => !row.Holds);

    public void AtMost(string text, double value, double most, string unit) =>
        Add($"{text}: {Number(value)} {unit}", $"at most {Number(most)}", value <= most);

    public void AtLeast(string text, double value, double least, string unit) =>
        Add($"{text}: {Number(value)} {unit}", $"at least {Number(least)}", value >= least);

    public void Same<T>(string text, T expected, T value) => Add($"{text}: {value}", $"{expected}", Equals(expected, value));

    public void Fail(string text) => Add(text, "to be run", false);

    public void Print()
    {
        Console.WriteLine($"\n{name}: {what}");
        foreach (var (text, bound, holds) in _rows)
            Console.WriteLine($"  {(holds ? "ok    " : "BROKEN")}  {text} ({bound})");
    }

    private void Add(string text, string bound, bool holds) => _rows.Add((text, bound, holds));

    private static string Number(double value) => value.ToString(value is > 100 or 0 ? "0" : "0.##", CultureInfo.InvariantCulture);
}
