using System.Buffers;
using System.Text;

namespace Tornadose.SignalR;

/// <summary>The rules for keys of a keyed store: text of 1 to 256 characters, without control characters.</summary>
internal static class StoreKeys
{
    /// <summary>The longest key, in characters.</summary>
    public const int MaxLength = 256;

    /// <summary>Throws if the text is not a valid key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The key.</returns>
    /// <exception cref="ArgumentNullException">It is null.</exception>
    /// <exception cref="ArgumentException">It is not a valid key.</exception>
    public static string Validate(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Fault(key) is { } fault ? throw new ArgumentException(fault, nameof(key)) : key;
    }

    /// <summary>Says what is wrong with a key; null if it is valid.</summary>
    /// <param name="key">The key.</param>
    public static string? Fault(string key)
    {
        if (key.Length is 0 or > MaxLength)
            return $"A key has 1 to {MaxLength} characters; this one has {key.Length}.";
        for (int i = 0, length; i < key.Length; i += length)
            if (Rune.DecodeFromUtf16(key.AsSpan(i), out var rune, out length) != OperationStatus.Done || Rune.IsControl(rune))
                return $"A key holds no control characters and no half surrogate pairs: U+{(int)key[i]:X4} at index {i}.";
        return null;
    }
}
