/** What can be wrong with what a source told. */

/** It contradicts itself or a hash: never used, and the audit says so. */
export class Untrustworthy extends Error {
  override name = "Untrustworthy";
}

/** The wire or the node failed; asking again may help. */
export class SourceFailed extends Error {
  override name = "SourceFailed";
  /** The pause that the node asked for, in milliseconds. */
  readonly pause: number | undefined;

  constructor(message: string, pause?: number) {
    super(message);
    this.pause = pause;
  }
}
