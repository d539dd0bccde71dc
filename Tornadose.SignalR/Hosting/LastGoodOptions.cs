using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Tornadose.SignalR.Diagnostics;

namespace Tornadose.SignalR.Hosting;

/// <summary>
/// Replaces the framework's options monitor for options that follow a configuration reload: an invalid reload changes nothing, and is
/// logged once. The framework's monitor drops the valid options first, so that the next reader (a family that creates a store) gets the
/// exception, and nothing is logged.
/// </summary>
/// <typeparam name="TOptions">The options.</typeparam>
internal sealed class LastGoodOptions<[DynamicallyAccessedMembers(
    DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions> : IOptionsMonitor<TOptions>, IDisposable
    where TOptions : class
{
    private readonly ConcurrentDictionary<string, Lazy<TOptions>> _good = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _faults = new(StringComparer.Ordinal);
    private readonly IOptionsFactory<TOptions> _factory;
    private readonly ILogger<LastGoodOptions<TOptions>> _logger;
    private readonly IDisposable[] _changes;

    public LastGoodOptions(
        IOptionsFactory<TOptions> factory, IEnumerable<IOptionsChangeTokenSource<TOptions>> sources,
        ILogger<LastGoodOptions<TOptions>> logger)
    {
        _factory = factory;
        _logger = logger;
        _changes = [.. sources.Select(source => ChangeToken.OnChange(source.GetChangeToken, Reload, source.Name ?? Options.DefaultName))];
    }

    private event Action<TOptions, string>? Changed;

    public TOptions CurrentValue => Get(Options.DefaultName);

    /// <exception cref="OptionsValidationException">The options are not valid, and never were.</exception>
    public TOptions Get(string? name) =>
        _good.GetOrAdd(
            name ?? Options.DefaultName, static (name, factory) => new Lazy<TOptions>(() => factory.Create(name)), _factory).Value;

    public IDisposable? OnChange(Action<TOptions, string?> listener)
    {
        Changed += listener;
        return new Registration(() => Changed -= listener);
    }

    public void Dispose()
    {
        foreach (var change in _changes)
            change.Dispose();
    }

    /// <summary>
    /// Options that were not read yet are created on first use: there are no valid ones to keep, and startup validation reads them all.
    /// </summary>
    private void Reload(string name)
    {
        if (!_good.ContainsKey(name))
            return;
        TOptions options;
        try
        {
            options = _factory.Create(name);
        }
        catch (Exception invalid) when (
            invalid is OptionsValidationException or InvalidOperationException or ArgumentException or FormatException)
        {
            Refuse(name, invalid.Message);
            return;
        }

        _good[name] = new Lazy<TOptions>(options);
        _faults.TryRemove(name, out _);
        Changed?.Invoke(options, name);
    }

    /// <summary>A change of a file is often reported twice, so the same fault is logged once.</summary>
    private void Refuse(string name, string fault)
    {
        if (_faults.TryGetValue(name, out var said) && said == fault)
            return;
        _faults[name] = fault;
        _logger.ReloadRefused(typeof(TOptions).Name, name, fault);
    }

    private sealed class Registration(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
