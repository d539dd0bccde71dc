using System.Diagnostics.CodeAnalysis;

namespace Tornadose.SignalR;

/// <summary>The rules for store names: <c>^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$</c>, case-sensitive.</summary>
internal static class StoreNames
{
    /// <summary>The longest name, in characters.</summary>
    public const int MaxLength = 128;

    /// <summary>Whether the text is a store name.</summary>
    /// <param name="name">The text.</param>
    /// <returns>True when it is.</returns>
    public static bool IsValid([NotNullWhen(true)] string? name)
    {
        if (name is null || name.Length is 0 or > MaxLength || !char.IsAsciiLetterOrDigit(name[0]))
            return false;
        foreach (var c in name)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or ':' or '/' or '-'))
                return false;
        return !HasDotSegment(name);
    }

    /// <summary>Throws if the text is not a store name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The name.</returns>
    /// <exception cref="ArgumentException">It is not a store name.</exception>
    public static string Validate(string name) => IsValid(name)
        ? name
        : throw new ArgumentException(
            $"'{name}' is not a store name. " +
                $"A name has 1 to {MaxLength} characters, letters, digits and . _ : / -, begins with a letter or a digit, " +
                "and has no '.' or '..' as a path segment.",
            nameof(name));

    /// <summary>URLs drop such segments, so no request could ever name such a store.</summary>
    private static bool HasDotSegment(string name)
    {
        foreach (var segment in name.AsSpan().Split('/'))
            if (name.AsSpan(segment) is "." or "..")
                return true;
        return false;
    }
}
