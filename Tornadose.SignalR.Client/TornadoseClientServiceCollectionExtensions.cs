using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tornadose.SignalR;
using Tornadose.SignalR.Client;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds a client of stores to an application.</summary>
public static class TornadoseClientServiceCollectionExtensions
{
    /// <summary>The name of the client at <see cref="IHttpClientFactory"/>.</summary>
    private const string HttpClientName = "Tornadose.SignalR.Client";

    /// <summary>
    /// Adds <see cref="TornadoseClient"/> as a singleton: <c>services.AddTornadoseClient(o =&gt; o.BaseAddress = new
    /// Uri("https://example.com/stores"))</c>. It logs, records metrics on the meter <c>Tornadose.SignalR.Client</c>, and uses the
    /// registered <see cref="TimeProvider"/>, if any.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">
    /// Sets the options, which are validated when the application starts, or when the client is first resolved.
    /// </param>
    /// <returns>The builder of the <see cref="HttpClient"/> that the client uses: for handlers, certificates, proxies.</returns>
    public static IHttpClientBuilder AddTornadoseClient(this IServiceCollection services, Action<TornadoseClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<TornadoseClientOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<TornadoseClientOptions>, TornadoseClientOptionsValidation>());
        services.AddMetrics();
        services.TryAddSingleton(static provider =>
            new ClientMetrics(provider.GetRequiredService<IMeterFactory>().Create(ClientMetrics.MeterName)));
        services.TryAddSingleton(Create);
        services.TryAddSingleton<IStoreReaders>(static provider => provider.GetRequiredService<TornadoseClient>());
        return services.AddHttpClient(HttpClientName, static client => client.Timeout = Timeout.InfiniteTimeSpan); // a stream has none
    }

    private static TornadoseClient Create(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<TornadoseClientOptions>>().Value;
        var factory = provider.GetRequiredService<IHttpClientFactory>();
        return new TornadoseClient(
            () => factory.CreateClient(HttpClientName),
            options.BaseAddress ?? factory.CreateClient(HttpClientName).BaseAddress,
            options,
            provider.GetRequiredService<ILogger<TornadoseClient>>(),
            provider.GetRequiredService<ClientMetrics>(),
            provider.GetService<TimeProvider>());
    }
}
