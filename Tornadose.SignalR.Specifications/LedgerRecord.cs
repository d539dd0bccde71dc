using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tornadose.SignalR.Specifications;

/// <summary>The parts of an id, which only this kit may read: <c>epoch-offset-tag</c>, epoch and tag in hexadecimal.</summary>
internal readonly record struct LedgerId(string Epoch, long Offset, string Tag)
{
    public static LedgerId Parse(string id) =>
        id.Split('-') is [var epoch, var offset, var tag]
            && long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new LedgerId(epoch, number, tag)
            : throw new LedgerException($"Not an id of the form epoch-offset-tag: '{id}'");
}

/// <summary>One event that a subscriber saw.</summary>
internal abstract record LedgerRecord(string Wire);

/// <summary>A message; its id is null when it came from a foreign publisher.</summary>
internal sealed record MessageRecord(string Wire, string? Id, string Hash) : LedgerRecord(Wire)
{
    public static string HashOf(string payload) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(payload)), 0, 8);

    public override string ToString() => $"{Wire} message {Id ?? "(no id)"} #{Hash}";
}

internal sealed record ResetRecord(string Wire, string Reason, string Id) : LedgerRecord(Wire)
{
    public override string ToString() => $"{Wire} reset {Reason} → {Id}";
}

/// <summary>A connection began: with the id it presented, or with none.</summary>
internal sealed record ConnectRecord(string Wire, string? After) : LedgerRecord(Wire)
{
    public override string ToString() => $"{Wire} connect after {After ?? "(nothing)"}";
}

/// <summary>What the ledger found, with the last records of the subscriber it found it with.</summary>
internal sealed class LedgerException(string report) : Exception(report);
