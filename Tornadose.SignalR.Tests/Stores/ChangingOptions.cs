using Microsoft.Extensions.Options;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Tests.Stores;

/// <summary>Named options that a test changes at run time, as an edited configuration file would.</summary>
internal sealed class ChangingOptions : IOptionsMonitor<StoreOptions>
{
    private readonly Dictionary<string, StoreOptions> _options = [];
    private Action<StoreOptions, string?>? _listener;

    public StoreOptions CurrentValue => Get(Options.DefaultName);

    public StoreOptions Get(string? name) => _options.TryGetValue(name!, out var options) ? options : _options[name!] = new StoreOptions();

    public void Change(string name, StoreOptions options)
    {
        _options[name] = options;
        _listener?.Invoke(options, name);
    }

    public IDisposable? OnChange(Action<StoreOptions, string?> listener)
    {
        _listener = listener;
        return null;
    }
}
