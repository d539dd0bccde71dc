using System.Buffers;

namespace Tornadose.SignalR.Stores;

/// <summary>The name of a family of stores, such as <c>devices/{id}</c>: a part in braces stands for any one segment.</summary>
internal sealed class StorePattern
{
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    private readonly string[] _segments;

    private StorePattern(string[] segments) => _segments = segments;

    public static bool IsPattern(string name) => name.Contains('{', StringComparison.Ordinal);

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="ArgumentException">No store name could match it.</exception>
    public static StorePattern Parse(string pattern)
    {
        var segments = pattern.Split('/');
        if (Array.Find(segments, static segment => segment is ['{', _, ..] && segment.AsSpan().IndexOfAny("*?:=(") >= 0) is { } syntax)
            throw new ArgumentException(
                $"'{pattern}' contains {syntax}, which is route syntax. " +
                    "A part in braces is only a name, as in 'devices/{id}', and stands for any one segment: " +
                    "no constraints, optional parts, defaults or catch-alls. " +
                    "Check the value where the store is used, for example in its policy.",
                nameof(pattern));
        if (!segments.Any(IsParameter)
            || !StoreNames.IsValid(string.Join('/', segments.Select(static segment => IsParameter(segment) ? "x" : segment))))
            throw new ArgumentException(
                $"'{pattern}' is not a family of stores. " +
                    "Write a part in braces for each segment that varies, as in 'devices/{id}'; " +
                    "the other segments follow the rules for store names.",
                nameof(pattern));
        if (segments.Where(IsParameter).GroupBy(static segment => segment).FirstOrDefault(static same => same.Count() > 1) is { } twice)
            throw new ArgumentException(
                $"'{pattern}' has {twice.Key} twice. Give each part in braces a name of its own.", nameof(pattern));
        return new StorePattern(segments);
    }

    public bool Matches(string name)
    {
        var index = 0;
        foreach (var part in name.AsSpan().Split('/'))
        {
            if (index == _segments.Length || !Matches(_segments[index], name.AsSpan(part)))
                return false;
            index++;
        }

        return index == _segments.Length;
    }

    /// <summary>The values of the parts in braces, in a name that matches.</summary>
    public IReadOnlyDictionary<string, string> ValuesOf(string name) => _segments.Zip(name.Split('/'))
        .Where(static pair => IsParameter(pair.First))
        .ToDictionary(static pair => pair.First[1..^1], static pair => pair.Second, StringComparer.Ordinal);

    private static bool Matches(string segment, ReadOnlySpan<char> part) =>
        IsParameter(segment) ? !part.IsEmpty : part.SequenceEqual(segment);

    /// <summary>The part's name, by which policies and handlers look up its value, is an identifier; hyphens are allowed.</summary>
    private static bool IsParameter(string segment) =>
        segment is ['{', var first, .., '}'] && !char.IsAsciiDigit(first)
            && segment.AsSpan(1, segment.Length - 2).IndexOfAnyExcept(NameCharacters) < 0;
}
