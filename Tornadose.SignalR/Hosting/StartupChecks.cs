using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Hosting;

/// <summary>Finds mistakes before the first request: policies that do not exist, and settings of stores that do not exist.</summary>
internal sealed class StartupChecks(
    IEnumerable<StoreDefinition> definitions, IOptionsMonitor<StoreOptions> options, IConfiguration configuration,
    IServiceProvider services, ILogger<StartupChecks> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var definition in definitions)
        {
            var store = options.Get(definition.Name);
            await CheckPolicyAsync(definition.Name, store.ReadPolicy);
            await CheckPolicyAsync(definition.Name, store.PublishPolicy);
        }

        foreach (
            var section in configuration.GetSection($"{TornadoseServiceCollectionExtensions.ConfigurationSection}:Stores").GetChildren())
            if (!definitions.Any(definition => IsOf(section.Key, definition.Name)))
                logger.SettingsOfNoStore(section.Path);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>A colon in a store's name makes sections within sections.</summary>
    private static bool IsOf(string key, string name) => string.Equals(key, name.Split(':')[0], StringComparison.OrdinalIgnoreCase);

    private async Task CheckPolicyAsync(string store, string? policy)
    {
        if (policy is null)
            return;
        using var scope = services.CreateScope();
        var policies = scope.ServiceProvider.GetService<IAuthorizationPolicyProvider>()
            ?? throw new InvalidOperationException($"Store '{store}' has the policy '{policy}', but authorization is not registered. " +
                "Add this line: builder.Services.AddAuthorization();");
        if (await policies.GetPolicyAsync(policy) is null)
            throw new InvalidOperationException($"Store '{store}' has the policy '{policy}', which does not exist. Add it: " +
                $"builder.Services.AddAuthorizationBuilder().AddPolicy(\"{policy}\", …).");
    }
}
