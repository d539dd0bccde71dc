using System.Text;

namespace Tornadose.SignalR;

/// <summary>
/// The JSON of a keyed store's messages, in the vocabulary of the State Protocol of durable-streams 1.0: change messages and control
/// messages, on one line. It is created once, when the change is stored, and is the payload on every wire.
/// </summary>
internal static class ChangeMessage
{
    /// <summary>Writes a change of a key.</summary>
    /// <param name="store">The store's name, which needs no escapes.</param>
    /// <param name="key">The key.</param>
    /// <param name="change">Insert, update or delete.</param>
    /// <param name="value">The value's JSON; not written for a removal.</param>
    /// <returns>The message, and where in it the value is.</returns>
    public static (byte[] Json, int ValueStart) Write(string store, string key, StoreChange change, ReadOnlySpan<byte> value)
    {
        // A key holds no control characters: nothing else in it needs an escape.
        var escaped = Encoding.UTF8.GetBytes(
            key.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal));
        var named = change != StoreChange.Delete ? ",\"value\":"u8 : default;
        var headers = change switch
        {
            StoreChange.Insert => ",\"headers\":{\"operation\":\"insert\"}}"u8,
            StoreChange.Update => ",\"headers\":{\"operation\":\"update\"}}"u8,
            _ => ",\"headers\":{\"operation\":\"delete\"}}"u8,
        };
        var start = "{\"type\":\"".Length + store.Length + "\",\"key\":\"".Length + escaped.Length + 1 + named.Length;
        var json = new byte[start + value.Length + headers.Length];
        var at = 0;
        Append(json, ref at, "{\"type\":\""u8);
        at += Encoding.ASCII.GetBytes(store, json.AsSpan(at));
        Append(json, ref at, "\",\"key\":\""u8);
        Append(json, ref at, escaped);
        Append(json, ref at, "\""u8);
        Append(json, ref at, named);
        Append(json, ref at, value);
        Append(json, ref at, headers);
        return (json, start);
    }

    /// <summary>Writes a control message.</summary>
    /// <param name="change">Clear, or the start or end of a snapshot.</param>
    /// <param name="position">The position that it contains.</param>
    public static byte[] WriteControl(StoreChange change, MessagePosition position) =>
        Encoding.ASCII.GetBytes($$$"""{"headers":{"control":"{{{NameOf(change)}}}","offset":"{{{position}}}"}}""");

    private static string NameOf(StoreChange change) => change switch
    {
        StoreChange.SnapshotStart => "snapshot-start",
        StoreChange.SnapshotEnd => "snapshot-end",
        _ => "reset",
    };

    private static void Append(byte[] json, ref int at, ReadOnlySpan<byte> part)
    {
        part.CopyTo(json.AsSpan(at));
        at += part.Length;
    }
}
