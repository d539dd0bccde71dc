using Microsoft.Extensions.Options;

namespace Tornadose.SignalR.FileLogs;

/// <summary>Says at start what is wrong with the options, and what would be right.</summary>
internal sealed class FileLogOptionsValidation : IValidateOptions<FileLogOptions>
{
    public ValidateOptionsResult Validate(string? name, FileLogOptions options)
    {
        var failures = Failures(options).Select(failure => $"Tornadose:FileLog: {failure}").ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Failures(FileLogOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Path) || options.Path.Contains('\0', StringComparison.Ordinal))
            yield return $"Path is '{options.Path}'; it must be a folder.";
        if (!Enum.IsDefined(options.Flush))
            yield return $"Flush is {options.Flush}; it must be Always, Interval or Never.";
        if (options.FlushInterval < TimeSpan.FromMilliseconds(10) || options.FlushInterval > TimeSpan.FromHours(1))
            yield return $"FlushInterval is {options.FlushInterval}; it must be from 10 ms to 1 hour.";
        if (options.SegmentBytes is < 4096 or > 1 << 30)
            yield return $"SegmentBytes is {options.SegmentBytes}; it must be from 4,096 to 1,073,741,824.";
    }
}
