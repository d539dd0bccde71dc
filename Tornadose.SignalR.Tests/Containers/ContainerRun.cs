using System.Text.Json;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Containers;

/// <summary>
/// Runs an image without a container engine: its files as a read-only root in a mount namespace, with its user, environment and entry
/// point. The runtime in <c>/usr</c>, which a base image contains, is this machine's. Requires root and Linux.
/// </summary>
internal sealed class ContainerRun : IAsyncDisposable
{
    private const string Script = """
        set -e
        root=$1 user=$2; shift 2
        chmod 755 "$root"
        mkdir -p "$root/usr" "$root/proc" "$root/dev" "$root/data"
        for link in bin lib lib64; do ln -s "usr/$link" "$root/$link"; done
        mount --bind "$root" "$root"
        for host in usr proc dev; do mount --rbind "/$host" "$root/$host"; done
        mount -o remount,ro,bind "$root/usr"
        mount -t tmpfs -o "uid=$user,mode=700" none "$root/data"
        mount -o remount,ro,bind "$root"
        exec chroot "--userspec=$user:$user" "$root" /usr/bin/env -i "$@"
        """;

    private readonly LineProcess _process;

    private ContainerRun(LineProcess process, Uri url) => (_process, Url) = (process, url);

    public Uri Url { get; }

    public string Errors => _process.Errors;

    /// <summary>The user id of the process, as the kernel reports it.</summary>
    public int UserId => int.Parse(
        File.ReadLines($"/proc/{_process.Id}/status")
            .Single(static line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1],
        provider: null);

    /// <param name="image">The image.</param>
    /// <param name="environment">Environment variables, as given by <c>docker run -e</c>.</param>
    public static async Task<ContainerRun> StartAsync(ContainerImage image, params string[] environment)
    {
        var port = RedisProcess.FreePort();
        var settings = image.Configuration;
        var process = LineProcess.Start("unshare", [
            "--mount", "sh", "-c", Script, "sh", image.PathOf("/"), settings.GetProperty("User").GetString()!,
            .. Strings(settings.GetProperty("Env")), $"ASPNETCORE_HTTP_PORTS={port}", .. environment,
            .. Strings(settings.GetProperty("Entrypoint"))]);
        while (!(await process.NextAsync(TimeSpan.FromSeconds(60))).Contains("Application started", StringComparison.Ordinal))
            continue;
        return new ContainerRun(process, new Uri($"http://127.0.0.1:{port}/"));
    }

    /// <summary>Sends SIGTERM.</summary>
    public Task TerminateAsync() => _process.TerminateAsync();

    public Task<int> ExitCodeAsync() => _process.ExitCodeAsync();

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static IEnumerable<string> Strings(JsonElement array) => array.EnumerateArray().Select(static item => item.GetString()!);
}
