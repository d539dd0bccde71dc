using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tornadose.SignalR;

namespace BlazorDashboard.Stores;

/// <summary>Reads stores in process, for what the server renders.</summary>
public sealed class StoreSnapshots(IStoreProvider stores)
{
    /// <summary>The window of a store whose messages are JSON.</summary>
    public async Task<StoreSnapshot<T>> ReadAsync<T>(string store, JsonTypeInfo<T> type)
        where T : class
    {
        var window = await stores.GetStore(store).GetSnapshotAsync();
        var values = window.Messages.Select(m => JsonSerializer.Deserialize(m.Data.Span, type)).OfType<T>();
        return new StoreSnapshot<T>(store, window.Id, [.. values], AsScript(window.Messages.Select(m => m.GetText())));
    }

    /// <summary>The keys of a keyed store.</summary>
    public async Task<StoreRows<T>> ReadRowsAsync<T>(string store, JsonTypeInfo<T> type)
        where T : class
    {
        var keys = await stores.GetKeyedStore(store).GetSnapshotAsync();
        var rows = keys.Messages.Select(m => KeyValuePair.Create(m.Key!, JsonSerializer.Deserialize(m.Value.Span, type)!));
        var pairs = keys.Messages.Select(m => $"[\"{JsonEncodedText.Encode(m.Key!)}\",{Encoding.UTF8.GetString(m.Value.Span)}]");
        return new StoreRows<T>(store, keys.Id, [.. rows], AsScript(pairs));
    }

    /// <summary>The window of the notes.</summary>
    public async Task<StoreSnapshot<Note>> ReadNotesAsync()
    {
        var window = await stores.GetStore(StoreName.Notes).GetSnapshotAsync();
        return new StoreSnapshot<Note>(
            StoreName.Notes, window.Id, [.. window.Messages.Select(m => new Note(m.Id ?? "", m.GetText()))], "[]");
    }

    // Inside a script element nothing but "<" could end it, and in JSON that can only stand in a string, where it may be escaped.
    private static string AsScript(IEnumerable<string> items) =>
        $"[{string.Join(',', items)}]".Replace("<", "\\u003c", StringComparison.Ordinal);
}
