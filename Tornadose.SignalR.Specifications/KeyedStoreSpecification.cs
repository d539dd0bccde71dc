using System.Text;

namespace Tornadose.SignalR.Specifications;

/// <summary>
/// The contract of every keyed store, on any backplane: inherit it with a <see cref="StoreFixture"/> of a backplane that keeps keyed
/// stores.
/// </summary>
/// <typeparam name="TFixture">Creates the stores.</typeparam>
public abstract partial class KeyedStoreSpecification<TFixture> : IAsyncDisposable
    where TFixture : StoreFixture, new()
{
    private readonly TFixture _fixture = new();
    private IStore _reading = null!;
    private IReadOnlyList<IStore> _all = [];

    /// <summary>Closes the stores of the test.</summary>
    /// <returns>A task that completes when they are closed.</returns>
    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _fixture.DisposeAsync();
    }

    private async Task<IKeyedStore> OpenAsync(Action<StoreOptions>? configure = null)
    {
        (var store, _reading, _all) = await _fixture.OpenKeyedAsync(configure);
        return store;
    }

    private MessageCursor Cursor(StartAt start) => _reading.OpenCursor(start);

    private Task ArrivedAsync(MessagePosition? position) =>
        Eventually.TrueAsync(() => _all.All(store => store.Position.Offset >= position!.Value.Offset), what: $"{position} arrives");

    private static string Value(StoreMessage? message) => Encoding.UTF8.GetString(message!.Value.Span);
}
