using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Hosting;

/// <summary>
/// Keeps access tokens in the query out of the host's log line «Request starting …», which has the whole URL and is written before any of
/// the application's code runs. Where such tokens are enabled, the line's category logs warnings and above only; a rule of the application
/// for one logging provider takes precedence.
/// </summary>
internal sealed class QuietRequestLines(IOptions<TornadoseOptions> options) : IPostConfigureOptions<LoggerFilterOptions>
{
    private const string Category = "Microsoft.AspNetCore.Hosting.Diagnostics";

    public void PostConfigure(string? name, LoggerFilterOptions filters)
    {
        if (options.Value.AccessTokenInQuery)
            filters.Rules.Add(new LoggerFilterRule(providerName: null, Category, LogLevel.Warning, filter: null));
    }
}
