using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tornadose.SignalR.FileLogs;

/// <summary>
/// The folder of a store, of its name. Names come from outside where stores are families': nothing of a name but small letters, digits, <c>-</c> and <c>_</c> is written as it is, so that there is no way out of
/// the folder, no name that an operating system takes for a device, and no two stores that are one where capitals make no difference.
/// </summary>
internal static class StoreFolder
{
    private const int MaxLength = 200;
    private const int KeptOfLong = 100;

    public static string Of(string root, string store)
    {
        var name = new StringBuilder("s-");
        foreach (var c in store)
            _ = char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' ? name.Append(c) : name.Append('%').Append(((int)c).ToString("x2", CultureInfo.InvariantCulture));
        return Path.Combine(root, name.Length <= MaxLength ? name.ToString() : Shorten(name.ToString(), store));
    }

    private static string Shorten(string name, string store) => $"{name[..KeptOfLong]}%%{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(store)))}";
}
